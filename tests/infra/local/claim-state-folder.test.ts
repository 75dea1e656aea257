import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { stateFiles } from '../../../config/state-folder.ts';
import { claimStateFolder } from '../../../infra/local/claim-state-folder.ts';
import { identityOf, isRunning } from '../../../infra/local/process-identity.ts';
import { reset } from '../../../infra/local/reset.ts';
import { up } from '../../../infra/local/up.ts';
import { environmentWithoutServers } from '../../support/stack.ts';

let parent: string;
let stateDir: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'forecastle-claim-'));
  stateDir = join(parent, 'state');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

/** A folder of somebody's that happens to have what a stack has too. */
function somebodysFolder(): string[] {
  for (const name of ['logs', 'postgres']) mkdirSync(join(stateDir, name), { recursive: true });
  writeFileSync(join(stateDir, 'postgres', 'dump.sql'), 'precious');
  writeFileSync(join(stateDir, 'ports.json'), '{}');
  return readdirSync(stateDir).sort();
}

describe('a folder that holds something else', () => {
  test('is not taken by `up`, and nothing is written there', async () => {
    const before = somebodysFolder();
    await expect(up({ stateDir, env: environmentWithoutServers(), services: ['postgres'] })).rejects.toThrow(
      `${stateDir} isn't empty and holds no stack of ours: set FORECASTLE_STATE to a folder that is empty or doesn't exist yet`,
    );
    expect(readdirSync(stateDir).sort()).toEqual(before);
  });

  test.each([false, true])('is not removed by `reset` (force: %s)', async (force) => {
    const before = somebodysFolder();
    await expect(reset({ stateDir, force })).rejects.toThrow(`${stateDir} holds no stack of ours and isn't removed: correct FORECASTLE_STATE`);
    expect(readdirSync(stateDir).sort()).toEqual(before);
  });

  test('is not removed where it is empty', async () => {
    mkdirSync(stateDir);
    expect(await reset({ stateDir })).toEqual([]);
    expect(existsSync(stateDir)).toBe(true);
  });
});

describe('a folder of ours', () => {
  test.each([
    ['a new one', () => undefined],
    ['an empty one', () => mkdirSync(stateDir)],
    ['one of a version without the mark', () => {
      mkdirSync(stateDir);
      for (const name of ['stack.json', 'secrets.json']) writeFileSync(join(stateDir, name), '{}');
    }],
  ])('is claimed and claimed again, then removed: %s', async (_, arrange) => {
    arrange();
    for (let time = 0; time < 2; time += 1) claimStateFolder(stateFiles(stateDir));
    rmSync(join(stateDir, 'stack.json'), { force: true });
    expect(await reset({ stateDir })).toEqual([stateDir]);
    expect(existsSync(stateDir)).toBe(false);
  });

  test('lets nobody else see sales data, worker files and logs, not even where an earlier version let them', () => {
    const { scratch, health, logs } = stateFiles(stateDir);
    claimStateFolder(stateFiles(stateDir));
    chmodSync(scratch, 0o755);
    claimStateFolder(stateFiles(stateDir));
    for (const folder of [scratch, health, logs]) expect((statSync(folder).mode & 0o777).toString(8)).toBe('700');
  });
});

test.each(['a[1]', 'a*', 'a?'])('a state folder that DuckDB would take for a pattern is refused: %s', async (name) => {
  const folder = join(parent, name);
  await expect(up({ stateDir: folder, env: environmentWithoutServers() })).rejects.toThrow('holds *, ? or [ in its path, which DuckDB reads as a pattern: set FORECASTLE_STATE to another folder');
  expect(existsSync(folder)).toBe(false);
});

describe('a stack.json that can’t be read', () => {
  beforeEach(() => {
    claimStateFolder(stateFiles(stateDir));
    writeFileSync(stateFiles(stateDir).stack, '{"version": 2}');
  });

  test('is refused with advice that works', async () => {
    await expect(reset({ stateDir })).rejects.toThrow('run `npx forecastle reset --force`');
    expect(await reset({ stateDir, force: true })).toEqual([stateDir]);
    expect(existsSync(stateDir)).toBe(false);
  });

  test('keeps no supervisor running', async () => {
    const supervisor = spawn('sleep', ['60'], { stdio: 'ignore' });
    const ended = new Promise((resolve) => supervisor.once('exit', resolve));
    const identity = identityOf(supervisor.pid ?? 0);
    writeFileSync(stateFiles(stateDir).lock, `${identity.pid} ${identity.startTime}\n`);
    await reset({ stateDir, force: true });
    await ended;
    expect(isRunning(identity)).toBe(false);
  });
});
