import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { lock, tryLock } from '../../../infra/local/pid-lock.ts';
import { identityOf } from '../../../infra/local/process-identity.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'forecastle-lock-'));
  file = join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a second taker learns who holds the lock, and gets it once it is released', async () => {
  const held = tryLock(file);
  expect(tryLock(file)).toEqual({ heldBy: identityOf(process.pid) });
  const waits: number[] = [];
  const second = lock(file, { onWait: (pid) => {
    waits.push(pid);
    if ('release' in held) held.release();
  } });
  (await second).release();
  expect(waits).toEqual([process.pid]);
});

test.each([
  ['whose number another process has by now', `${process.pid} 12345`],
  ['that was killed while it wrote', ''],
  ['that has ended', '999999999 1'],
])('a lock left by a process %s is free', (_, content) => {
  writeFileSync(file, content);
  expect(tryLock(file)).toHaveProperty('release');
});
