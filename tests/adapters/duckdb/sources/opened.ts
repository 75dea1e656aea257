import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { createSessions, type Row, type Session } from '../../../../adapters/duckdb/session.ts';
import { openSource, reading, type SourceToOpen } from '../../../../adapters/duckdb/sources/open-source.ts';
import { identifier } from '../../../../adapters/duckdb/sql-text.ts';

type Options = Partial<Omit<SourceToOpen, 'path' | 'scratch'>>;

export interface Reader {
  readonly folder: string;
  write(name: string, content: string | Uint8Array): Promise<string>;
  /** Rows of a file with their numbers in `#`, as ingest would read them. */
  read(path: string, options?: Options, columns?: readonly string[]): Promise<readonly Row[]>;
  /** The message of the refusal, which must be `BadInput` in one line. */
  refusal(path: string, options?: Options): Promise<string>;
  use<T>(work: (session: Session) => Promise<T>): Promise<T>;
}

export function useReader(memoryLimitMiB = 256): () => Reader {
  let reader: Reader | undefined;
  let close: () => Promise<void> = () => Promise.resolve();
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'forecastle-sources-'));
    const sessions = createSessions({ memoryLimitMiB, threads: 2, tempFolder: join(folder, 'spill') });
    close = async () => {
      await sessions.close();
      await rm(folder, { recursive: true, force: true });
    };
    const read: Reader['read'] = async (path, options = {}, wanted) => {
      const scratch = join(folder, 'scratch');
      try {
        return await sessions.use(undefined, async (session) => {
          const source = await openSource(session, { uri: 'file', name: randomUUID(), path, scratch, ...options });
          const columns = (wanted ?? source.columns.map(({ name }) => name)).map(identifier).join(', ');
          const row = `${source.rowNumber} AS "#"`;
          return reading('file', () => session.rows(`SELECT ${row}, ${columns} FROM ${source.relation}`, source.parameters));
        });
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    };
    reader = {
      folder, read,
      use: (work) => sessions.use(undefined, work),
      async write(name, content) {
        const path = join(folder, name);
        await writeFile(path, content);
        return path;
      },
      async refusal(path, options) {
        const error = await read(path, options).then(() => undefined, (reason: unknown) => reason);
        if (!(error instanceof Error) || !('code' in error) || error.code !== 'BadInput') throw new Error(`expected BadInput, got ${String(error)}`, { cause: error });
        if (error.message.includes('\n')) throw new Error(`more than one line: ${error.message}`);
        return error.message;
      },
    };
  });
  afterAll(() => close());
  return () => {
    if (reader === undefined) throw new Error('the reader is there once the tests run');
    return reader;
  };
}
