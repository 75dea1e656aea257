import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import pg from 'pg';
import { z } from 'zod';

import type { AskInput, AskResult, PruneInput, PruneResult, TellInput } from '../../../contracts/modelling.ts';
import { onDatabase, sqlAlchemyUrl } from '../../../config/postgres-url.ts';
import { toolchainPaths } from '../../../infra/toolchain/paths.ts';

const reply = z.union([z.object({ ok: z.unknown() }), z.object({ code: z.string(), message: z.string() })]);
const parameters = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const askResult = z.object({ trials: z.array(z.object({ number: z.number(), parameters })) });
const tellResult = z.object({ told: z.number() });
const pruneResult = z.object({ stop: z.array(z.number()) });

/** What a request ended in other than an answer. */
export class Refused extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** workers/sampler/studies.py in a Python process of its own. */
export interface SamplerProcess {
  ask(input: AskInput, killBeforeWrite?: number): Promise<AskResult>;
  tell(input: TellInput, killBeforeWrite?: number): Promise<{ told: number }>;
  prune(input: PruneInput): Promise<PruneResult>;
  /** Sends what the types don't allow. */
  raw(call: string, input: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

export async function startSamplerProcess(optunaUrl: string): Promise<SamplerProcess> {
  const child = spawn(toolchainPaths().python, [join(import.meta.dirname, 'driver.py')], {
    env: { ...process.env, OPTUNA_STORAGE_URL: optunaUrl },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  async function next(): Promise<unknown> {
    const line = await lines.next();
    if (line.done === true) throw new Refused('Killed', 'the process ended');
    const parsed = reply.parse(JSON.parse(line.value));
    if ('code' in parsed) throw new Refused(parsed.code, parsed.message);
    return parsed.ok;
  }
  async function call(name: string, input: unknown, killBeforeWrite?: number): Promise<unknown> {
    child.stdin.write(`${JSON.stringify({ call: name, input, killBeforeWrite })}\n`);
    return next();
  }
  await next();
  return {
    ask: async (input, kill) => askResult.parse(await call('ask', input, kill)),
    tell: async (input, kill) => tellResult.parse(await call('tell', input, kill)),
    prune: async (input) => pruneResult.parse(await call('prune', input)),
    raw: call,
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}

/** An empty database on the test stack's server, in SQLAlchemy's form. */
export async function createOptunaDatabase(postgresUrl: string, name: string): Promise<{ url: string; drop(): Promise<void> }> {
  const run = async (sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: onDatabase(postgresUrl, 'postgres') });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  await run(`create database ${pg.escapeIdentifier(name)}`);
  return { url: sqlAlchemyUrl(postgresUrl, name), drop: () => run(`drop database ${pg.escapeIdentifier(name)} with (force)`) };
}
