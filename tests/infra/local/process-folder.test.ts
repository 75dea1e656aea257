import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { identityOf } from '../../../infra/local/process-identity.ts';
import { claimProcessFolder } from '../../../infra/local/process-folder.ts';

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'forecastle-process-folder-'));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

function leave(name: string, age = 0): void {
  mkdirSync(join(parent, name));
  writeFileSync(join(parent, name, 'sales.parquet'), 'bytes');
  const written = Date.now() / 1000 - age;
  utimesSync(join(parent, name), written, written);
}
const hours = 3600;

test('what killed processes left is removed at the next start; what a running one needs stays', async () => {
  const neighbour = spawn('sleep', ['60'], { stdio: 'ignore' });
  const ended = new Promise((resolve) => neighbour.once('exit', resolve));
  const { pid, startTime } = identityOf(neighbour.pid ?? 0);
  const neighbours = `process-${pid}-${startTime.replace(/\W/g, '')}`;
  leave(neighbours, 48 * hours);
  leave('process-999999999-1');
  leave(`process-${process.pid}-1`);
  leave('work-of-an-older-version', 25 * hours);
  leave('work-under-way', 1 * hours);
  const own = claimProcessFolder(parent);
  expect(readdirSync(parent).sort()).toEqual([basename(own), neighbours, 'work-under-way'].sort());
  neighbour.kill();
  await ended;
  expect(claimProcessFolder(parent)).toBe(own);
  expect(readdirSync(parent).sort()).toEqual([basename(own), 'work-under-way'].sort());
  expect(statSync(own).mode & 0o777).toBe(0o700);
});
