import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { installToolchain } from '../../../infra/toolchain/install.ts';
import type { InstallProgress } from '../../../infra/toolchain/install.ts';
import { packageRoot, toolchainPaths } from '../../../infra/toolchain/paths.ts';
import { runCommand } from '../../../infra/toolchain/run-command.ts';
import { waitFor } from '../../support/stack.ts';

let toolchainDir: string;
beforeAll(() => {
  toolchainDir = mkdtempSync(join(tmpdir(), 'forecastle-toolchain-'));
});
afterAll(() => rmSync(toolchainDir, { recursive: true, force: true }));

test('an install killed in its middle is finished by the next one, and a third has nothing to do', async () => {
  const entry = pathToFileURL(join(packageRoot, 'dist', 'infra', 'toolchain', 'install.js')).href;
  const script = `await (await import('${entry}')).installToolchain({ toolchainDir: ${JSON.stringify(toolchainDir)} });`;
  const first = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'ignore', detached: true });
  const { venv } = toolchainPaths(toolchainDir);
  // Packages have begun to arrive, and the stamp, which is written last, is not there yet.
  await waitFor(() => (existsSync(join(venv, 'bin', 'uv')) ? true : undefined), 120);
  process.kill(-(first.pid ?? 0), 'SIGKILL');
  await waitFor(() => (first.signalCode === null ? undefined : true));
  expect(existsSync(join(venv, '.forecastle-installed'))).toBe(false);

  const done = await install();
  expect(done.filter(({ event }) => event === 'done')).toHaveLength(5);
  const paths = toolchainPaths(toolchainDir);
  for (const file of [paths.temporal, paths.weed, paths.lightgbmLibrary, join(paths.duckdbExtensionsDir, 'postgres_scanner.duckdb_extension')]) {
    expect(existsSync(file)).toBe(true);
  }
  expect(await runCommand(paths.python, ['-c', 'import mlflow, optuna, temporalio, psycopg2; print(mlflow.__version__)'])).toBe('3.17.2\n');
  expect((await install()).map(({ event }) => event).filter((event) => event === 'current')).toHaveLength(3);
}, 400_000);

test('two installs at once wait for each other', async () => {
  const [first, second] = await Promise.all([install(), install()]);
  const waited = [...first, ...second].filter(({ event }) => event === 'waiting');
  expect(waited).toEqual([{ event: 'waiting', pid: process.pid }]);
});

async function install(): Promise<InstallProgress[]> {
  const told: InstallProgress[] = [];
  await installToolchain({ toolchainDir, onProgress: (progress) => told.push(progress) });
  return told.filter(({ event }) => event !== 'line');
}
