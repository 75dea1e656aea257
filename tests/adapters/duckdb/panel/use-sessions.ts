import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll } from 'vitest';

import { createSessions, type Row, type Session } from '../../../../adapters/duckdb/session.ts';

/** A folder of the test file's own and sessions on it, without the rest of the adapter. */
export interface SessionScratch {
  /** A path in the folder that no other call was given. */
  path(name: string): string;
  /** Work in a session of an instance of its own. */
  inSession<T>(work: (session: Session) => Promise<T>, threads?: number): Promise<T>;
  /** Rows of a query: the oracle. */
  query(sql: string): Promise<readonly Row[]>;
}

export function useSessions(): SessionScratch {
  let folder = '';
  let paths = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'forecastle-sessions-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  async function inSession<T>(work: (session: Session) => Promise<T>, threads = 2): Promise<T> {
    const sessions = createSessions({ memoryLimitMiB: 256, threads, tempFolder: join(folder, 'spill') });
    try {
      return await sessions.use(undefined, work);
    } finally {
      await sessions.close();
    }
  }
  return {
    path: (name) => join(folder, `${String(++paths)}-${name}`),
    inSession,
    query: (sql) => inSession((session) => session.rows(sql), 1),
  };
}
