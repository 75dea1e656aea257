import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import { z } from 'zod';

import type { ParsedEnvironment } from '../../config/config.schema.ts';
import { readJsonFile } from '../../config/stack-file.schema.ts';
import { writeFileAtomically } from './atomic-file.ts';
import { StackError } from './stack-error.ts';

/** Every port that the embedded stack listens on; all on the loopback address. */
export const portNames = [
  'postgres', 's3', 's3-grpc', 's3-master', 's3-master-grpc', 's3-volume', 's3-volume-grpc', 's3-filer', 's3-filer-grpc',
  'temporal', 'temporal-ui', 'temporal-http', 'temporal-metrics', 'mlflow', 'api',
] as const;
export type PortName = (typeof portNames)[number];
export type Ports = Readonly<Record<PortName, number>>;

const fixedBy: Readonly<Partial<Record<PortName, keyof ParsedEnvironment>>> = {
  postgres: 'FORECASTLE_POSTGRES_PORT',
  s3: 'FORECASTLE_S3_PORT',
  temporal: 'FORECASTLE_TEMPORAL_PORT',
  'temporal-ui': 'FORECASTLE_TEMPORAL_UI_PORT',
  mlflow: 'FORECASTLE_MLFLOW_PORT',
  api: 'FORECASTLE_API_PORT',
};

// Below the range from which Linux and macOS lend ports to outgoing connections, so that a kept port stays free.
const lowest = 20_000;
const highest = 32_000;

const portsFileSchema = z.partialRecord(z.enum(portNames), z.number().int().min(1).max(65_535));

/**
 * The ports of the last start where they are still free, new ones where they aren't (with a note for the person), and those
 * that the environment fixes.
 * @throws StackError when a port that the environment fixes is taken
 */
export async function choosePorts(
  file: string,
  env: ParsedEnvironment,
  needed: readonly PortName[],
): Promise<{ ports: Ports; notes: readonly string[] }> {
  const kept = readJsonFile(file, portsFileSchema) ?? {};
  const notes: string[] = [];
  const taken = new Set<number>();
  const ports: Partial<Record<PortName, number>> = {};
  const claim = (name: PortName, port: number): void => {
    ports[name] = port;
    taken.add(port);
  };
  for (const name of portNames) {
    const variable = fixedBy[name];
    const fixed = variable === undefined ? undefined : env[variable];
    if (typeof fixed !== 'number') continue;
    if (taken.has(fixed)) throw new StackError(`${variable}=${fixed} is set for two services: give each its own port`);
    if (needed.includes(name) && !(await becomesFree(fixed))) {
      throw new StackError(`port ${fixed} of ${name} (${variable}) is taken by another program: stop that program or set another port`);
    }
    claim(name, fixed);
  }
  for (const name of portNames) {
    if (ports[name] !== undefined) continue;
    const before = kept[name];
    const isUsable = before !== undefined && !taken.has(before);
    if (isUsable && (!needed.includes(name) || (await becomesFree(before)))) {
      claim(name, before);
      continue;
    }
    const chosen = await findFreePort(taken);
    if (before !== undefined) {
      notes.push(`port ${before} of ${name} is taken by another program; using ${chosen} from now on (kept in ${file})`);
    }
    claim(name, chosen);
  }
  const complete = z.record(z.enum(portNames), z.number()).parse(ports);
  writeFileAtomically(file, `${JSON.stringify(complete, undefined, 2)}\n`);
  return { ports: complete, notes };
}

async function findFreePort(taken: ReadonlySet<number>): Promise<number> {
  // Random, not first-free: two stacks that start at the same moment would both find the first.
  for (let attempt = 0; attempt < 1000; attempt += 1) {
    const port = randomInt(lowest, highest);
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new StackError(`no free port between ${lowest} and ${highest} on 127.0.0.1: stop programs that listen there`);
}

/** A killed server's port stays bound for the moments in which its last threads end. */
async function becomesFree(port: number): Promise<boolean> {
  const deadline = performance.now() + 1500;
  for (;;) {
    if (await isFree(port)) return true;
    if (performance.now() > deadline) return false;
    await delay(50);
  }
}

/** True when a server could listen there now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
