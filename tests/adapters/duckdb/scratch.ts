import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll } from 'vitest';
import { createDuckdb, type Duckdb } from '../../../adapters/duckdb/create-duckdb.ts';

/** A folder of the test file's own, and an adapter whose scratch lies in it; both gone at the end. */
export interface Scratch {
  readonly folder: string;
  readonly duckdb: Duckdb;
  /** Writes a text or bytes and returns the path. */
  file(name: string, content: string | Uint8Array): Promise<string>;
  /** Another adapter with this many threads. */
  withThreads(threads: number): Duckdb;
}

export function useScratch(): () => Scratch {
  let scratch: Scratch | undefined;
  const opened: Duckdb[] = [];
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'forecastle-duckdb-'));
    const withThreads = (threads: number): Duckdb => {
      const duckdb = createDuckdb({ memoryLimitMiB: 512, threads, tempFolder: join(folder, 'spill') });
      opened.push(duckdb);
      return duckdb;
    };
    scratch = {
      folder,
      withThreads,
      duckdb: withThreads(2),
      async file(name, content) {
        const path = join(folder, name);
        await writeFile(path, content);
        return path;
      },
    };
  });
  afterAll(async () => {
    for (const duckdb of opened) await duckdb.close();
    if (scratch !== undefined) await rm(scratch.folder, { recursive: true, force: true });
  });
  return () => {
    if (scratch === undefined) throw new Error('scratch is there once the tests run');
    return scratch;
  };
}

/** Asks DuckDB itself, past the adapter: the oracle of these tests. */
export async function query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const connection = await (await DuckDBInstance.fromCache(':memory:')).connect();
  try {
    const rows = (await connection.runAndReadAll(sql)).getRowObjectsJS();
    return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value])));
  } finally {
    connection.closeSync();
  }
}
