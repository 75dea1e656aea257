import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll } from 'vitest';

import { createSessions, type Session, type Sessions } from '../../../../adapters/duckdb/session.ts';

export interface ScratchSessions {
  readonly folder: string;
  /** Runs one function of the adapter in a session of its own. */
  run<Request, Answer>(work: (session: Session, request: Request) => Promise<Answer>, request: Request, threads?: number): Promise<Answer>;
}

/** A folder of the test file's own and sessions in it, gone at the end. */
export function useSessions(): () => ScratchSessions {
  const opened = new Map<number, Sessions>();
  let folder = '';
  beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'forecastle-profile-')); });
  afterAll(async () => {
    for (const sessions of opened.values()) await sessions.close();
    await rm(folder, { recursive: true, force: true });
  });
  return () => ({
    folder,
    run(work, request, threads = 2) {
      const sessions = opened.get(threads) ?? createSessions({ memoryLimitMiB: 512, threads, tempFolder: join(folder, 'spill') });
      opened.set(threads, sessions);
      return sessions.use(undefined, (session) => work(session, request));
    },
  });
}
