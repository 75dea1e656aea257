import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { identityOf } from '../../../infra/local/process-identity.ts';
import { packageRoot } from '../../../infra/toolchain/paths.ts';
import { runCommand } from '../../../infra/toolchain/run-command.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'forecastle-build-lock-'));
  file = join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const program = pathToFileURL(join(packageRoot, 'infra', 'toolchain', 'file-lock.mjs')).href;

/** A build of another process that needs the lock for this long. */
function build(ms = 0): Promise<string> {
  const script = `const { withLock } = await import('${program}');
    await withLock(process.argv[1], async () => { console.log('began', Date.now()); await new Promise((go) => setTimeout(go, ${ms})); console.log('ended', Date.now()); });`;
  return runCommand(process.execPath, ['--input-type=module', '--eval', script, file], { signal: AbortSignal.timeout(10_000) });
}

const minutes = 60;

test.each([
  ['whose number another process has by now', `${process.pid} 12345`, 0],
  ['that wrote its number alone, long ago', String(process.pid), 11 * minutes],
  ['that was killed while it wrote', '', 0],
  ['that has ended', '999999999 1', 0],
])('a build lock left by a process %s holds nobody up', async (_, content, age) => {
  writeFileSync(file, content);
  const written = Date.now() / 1000 - age;
  utimesSync(file, written, written);
  expect(await build()).toContain('began');
  expect(existsSync(file)).toBe(false);
});

test('a build waits for one that is at work', async () => {
  const { pid, startTime } = identityOf(process.pid);
  writeFileSync(file, `${pid} ${startTime}\n`);
  let isOver = false;
  const waiting = spawn(process.execPath, ['--input-type=module', '--eval', `const { withLock } = await import('${program}'); await withLock('${file}', async () => {});`]);
  const over = new Promise((resolve) => waiting.once('exit', resolve)).then(() => (isOver = true));
  await new Promise((resolve) => waiting.stderr.once('data', resolve));
  expect(isOver).toBe(false);
  expect(readFileSync(file, 'utf8')).toBe(`${pid} ${startTime}\n`);
  rmSync(file);
  await over;
});

test('of several builds that find a stale lock, one at a time runs', async () => {
  writeFileSync(file, '999999999 1');
  const spans = (await Promise.all([build(100), build(100), build(100)])).map((output) => /began (\d+)\nended (\d+)/.exec(output)?.slice(1).map(Number) ?? []);
  spans.sort(([a = 0], [b = 0]) => a - b);
  for (const [i, [began = 0]] of spans.entries()) if (i > 0) expect(began).toBeGreaterThanOrEqual(spans[i - 1]?.[1] ?? Infinity);
});
