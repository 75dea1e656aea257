import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { identityOf, startTimeOf } from './process-identity.ts';
import { makePrivateFolder } from './private-folder.ts';

/** What an earlier version left here under other names. */
const forgottenAfterMs = 24 * 60 * 60 * 1000;

/**
 * Makes a folder for what this process writes and nobody needs after it. What processes that are gone left in `parent` is removed; those
 * that run keep theirs, so several workers of one queue may share a machine.
 */
export function claimProcessFolder(parent: string): string {
  makePrivateFolder(parent);
  for (const name of readdirSync(parent)) {
    const path = join(parent, name);
    if (isLeft(path, name)) rmSync(path, { recursive: true, force: true });
  }
  const { pid, startTime } = identityOf(process.pid);
  const own = join(parent, nameOf(pid, startTime));
  makePrivateFolder(own);
  return own;
}

function nameOf(pid: number, startTime: string): string {
  return `process-${pid}-${startTime.replace(/\W/g, '')}`;
}

function isLeft(path: string, name: string): boolean {
  const pid = /^process-(\d+)-/.exec(name)?.[1];
  if (pid === undefined) return existsSync(path) && Date.now() - statSync(path).mtimeMs > forgottenAfterMs;
  const startTime = startTimeOf(Number(pid));
  return startTime === undefined || name !== nameOf(Number(pid), startTime);
}
