import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll } from 'vitest';
import { createSessions, type Session, type Sessions } from '../../../adapters/duckdb/session.ts';

/** A folder and DuckDB sessions of a test file's own, for functions that take a session; both gone at the end. */
export interface OwnSession {
  readonly folder: string;
  use<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Past the sessions: DuckDB itself, to make files and as an oracle. */
  query(sql: string): Promise<void>;
}

export function useOwnSession(): () => OwnSession {
  let own: OwnSession | undefined;
  let sessions: Sessions | undefined;
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'forecastle-session-'));
    const opened = (sessions = createSessions({ memoryLimitMiB: 512, threads: 2, tempFolder: join(folder, 'spill') }));
    own = {
      folder,
      use: (work) => opened.use(undefined, work),
      async query(sql) {
        const connection = await (await DuckDBInstance.fromCache(':memory:')).connect();
        try {
          await connection.run(sql);
        } finally {
          connection.closeSync();
        }
      },
    };
  });
  afterAll(async () => {
    await sessions?.close();
    if (own !== undefined) await rm(own.folder, { recursive: true, force: true });
  });
  return () => {
    if (own === undefined) throw new Error('the session is there once the tests run');
    return own;
  };
}
