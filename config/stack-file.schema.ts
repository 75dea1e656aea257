import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { z } from 'zod';

import { ConfigurationError } from './configuration-error.ts';

/** Everything the supervisor can run, in the order it is listed to people. */
export const serviceNames = [
  'postgres', 'seaweedfs', 'temporal', 'mlflow',
  'pipeline-worker', 'data-worker', 'embedding-worker', 'training-worker', 'sampler', 'api',
] as const;

/** The part that other people's software plays; the rest is ours. */
export const serverNames = ['postgres', 'seaweedfs', 'temporal', 'mlflow'] as const;

export const serviceNameSchema = z.enum(serviceNames);
export type ServiceName = z.infer<typeof serviceNameSchema>;
export type ServerName = (typeof serverNames)[number];

const processSchema = z.object({
  pid: z.number().int().positive(),
  /** What the operating system says of its start: tells a process from a later one with the same number. */
  startTime: z.string(),
});
export type ProcessIdentity = z.infer<typeof processSchema>;

export const serviceStateSchema = z.enum(['waiting', 'starting', 'ready', 'restarting', 'failed', 'stopped', 'external']);
export type ServiceState = z.infer<typeof serviceStateSchema>;

const serviceStatusSchema = z.object({
  state: serviceStateSchema,
  pid: z.number().int().positive().optional(),
  startTime: z.string().optional(),
  port: z.number().int().positive().optional(),
  /** Where a person or a client reaches it; never with a password. */
  url: z.string().optional(),
  /** The web page to look at, where it is another address than `url`. */
  uiUrl: z.string().optional(),
  restarts: z.number().int().nonnegative(),
  lastError: z.string().optional(),
  log: z.string().optional(),
  /** From the process's start to its first healthy answer. */
  readySeconds: z.number().optional(),
});
export type ServiceStatus = z.infer<typeof serviceStatusSchema>;

export const stackFileSchema = z.object({
  version: z.literal(1),
  state: z.enum(['starting', 'ready', 'failed', 'stopping', 'stopped']),
  supervisor: processSchema,
  startedAt: z.string(),
  error: z.string().optional(),
  /** Whether the error is a refusal (a taken port, an own server that does not answer) and not a failure. */
  refused: z.boolean().optional(),
  /** Things worth telling the person who started it, such as a port that had to move. */
  notes: z.array(z.string()),
  services: z.partialRecord(serviceNameSchema, serviceStatusSchema),
});
export type StackFile = z.infer<typeof stackFileSchema>;

/** @returns what the supervisor last wrote, or undefined when no stack was ever started there. */
export function readStackFile(file: string): StackFile | undefined {
  return readJsonFile(file, stackFileSchema);
}

/** @throws ConfigurationError when the file is there but isn't what this version writes. */
export function readJsonFile<T>(file: string, schema: z.ZodType<T>): T | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return undefined;
    if (code === 'ENOTDIR') throw new ConfigurationError(`${dirname(file)} is no folder: correct FORECASTLE_STATE`, { cause: error });
    throw new ConfigurationError(`${file} can't be read (${String(error)}): run as the user who started the stack`, { cause: error });
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new ConfigurationError(
      `${file} isn't a file this version wrote: put the right one back, or run \`npx forecastle reset --force\`, which removes the state folder with all its runs and models`,
      { cause: error },
    );
  }
}
