import { spawn } from 'node:child_process';
import { appendFile, copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { checkTextModels } from '../../../infra/toolchain/check-text-models.ts';
import { installModels } from '../../../infra/toolchain/models.ts';
import { toolchainPaths } from '../../../infra/toolchain/paths.ts';
import { startFakeHub } from '../../support/fake-hub.ts';
import type { FakeHub } from '../../support/fake-hub.ts';

const name = 'all-MiniLM-L6-v2';
const repository = 'Xenova/all-MiniLM-L6-v2';
const revision = '751bff37182d3f1213fa05d7196b954e230abad9';
const installed = join(toolchainPaths().modelsDir, name);
const weights = join('onnx', 'model.onnx');

let scratch: string;
let modelsDir: string;
/** The hub's tokenizer.json, which pads to 128, made again from the installed one; see `published`. */
let files: ReadonlyMap<string, string>;
let hub: FakeHub;
// Without mvn on the PATH: what these tests ask the hub for must not come from elsewhere.
const withoutMaven = { PATH: join(tmpdir(), 'no-such-folder') };

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'forecastle-models-'));
  const tokenizer = join(scratch, 'tokenizer.json');
  await writeFile(tokenizer, await published());
  files = new Map([['tokenizer.json', tokenizer], ['onnx/model.onnx', join(installed, weights)]]);
  hub = await startFakeHub({ repository, revision, files });
});
afterAll(async () => {
  await hub.close();
  await rm(scratch, { recursive: true, force: true });
});
beforeEach(async () => {
  modelsDir = await mkdtemp(join(scratch, 'models-'));
});

/** Byte for byte what the publishers have: the digest in models.lock.json says whether this still holds. */
async function published(): Promise<string> {
  const indented = (value: unknown): string => JSON.stringify(value, undefined, 2).replaceAll('\n', '\n  ');
  const truncation = { direction: 'Right', max_length: 128, strategy: 'LongestFirst', stride: 0 };
  const padding = { strategy: { Fixed: 128 }, direction: 'Right', pad_to_multiple_of: null, pad_id: 0, pad_type_id: 0, pad_token: '[PAD]' };
  return (await readFile(join(installed, 'tokenizer.json'), 'utf8'))
    .replace('"truncation": null', `"truncation": ${indented(truncation)}`)
    .replace('"padding": null', `"padding": ${indented(padding)}`);
}

async function expectInstalled(): Promise<void> {
  for (const file of ['config.json', 'tokenizer.json', 'tokenizer_config.json', weights]) {
    expect((await readFile(join(modelsDir, name, file))).equals(await readFile(join(installed, file))), file).toBe(true);
  }
  expect((await readdir(modelsDir, { recursive: true })).filter((file) => file.endsWith('.part'))).toEqual([]);
}

const fromHub = (endpoint: string = hub.endpoint): Promise<void> => installModels({ modelsDir, models: [name], env: { ...withoutMaven, HF_ENDPOINT: endpoint } });

test('the model hub fills an empty folder, and the second call has nothing to do', async () => {
  await fromHub();
  await expectInstalled();
  const lines: string[] = [];
  const asked = hub.requests.length;
  await installModels({ modelsDir, models: [name], onProgress: (line) => lines.push(line), env: { ...withoutMaven, HF_ENDPOINT: hub.endpoint } });
  expect(lines).toEqual([`${name}: in place`]);
  expect(hub.requests).toHaveLength(asked);
});

test('a connection that breaks is gone on with where it broke', async () => {
  const breaking = await startFakeHub({ repository, revision, files, cutAfterBytes: 20_000_000 });
  await expect(fromHub(breaking.endpoint)).rejects.toMatchObject({ code: 'ModelWeightsMissing' });
  await breaking.close();
  const asked = hub.requests.length;
  await fromHub();
  expect(hub.requests.slice(asked)).toEqual([expect.stringMatching(/model\.onnx bytes=[1-9]\d+-$/)]);
  await expectInstalled();
});

test('killed in the middle, the next call repairs', async () => {
  const slow = await startFakeHub({ repository, revision, files });
  const script = `import { installModels } from ${JSON.stringify(join(import.meta.dirname, '../../../dist/infra/toolchain/models.js'))};
    await installModels({ models: ['${name}'], modelsDir: ${JSON.stringify(modelsDir)}, env: { HF_ENDPOINT: '${slow.endpoint}', PATH: '/none' }, onProgress: console.log });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  await new Promise((resolve) => child.stdout.once('data', resolve).once('close', resolve));
  child.kill('SIGKILL');
  await ended;
  await slow.close();
  await fromHub();
  await expectInstalled();
});

test('a damaged, shortened or missing file is put right, the others stay as they are', async () => {
  await fromHub();
  const folder = join(modelsDir, name);
  await appendFile(join(folder, 'config.json'), ' ');
  await truncate(join(folder, 'tokenizer.json'), 1000);
  const before = await stat(join(folder, weights));
  await fromHub();
  await expectInstalled();
  expect((await stat(join(folder, weights))).mtimeMs).toBe(before.mtimeMs);
});

test('files that a person copied from the hub are enough, even as they were published', async () => {
  const folder = join(modelsDir, name);
  await mkdir(dirname(join(folder, weights)), { recursive: true });
  for (const [file, from] of files) await copyFile(from, join(folder, file));
  await installModels({ modelsDir, models: [name], env: { ...withoutMaven, FORECASTLE_HUB: 'off' } });
  await expectInstalled();
});

test('other bytes than the pinned ones are refused', async () => {
  const other = join(scratch, 'other.json');
  await writeFile(other, (await published()).replace('[UNK]', '[unk]'));
  const wrong = await startFakeHub({ repository, revision, files: new Map([...files, ['tokenizer.json', other]]) });
  await expect(fromHub(wrong.endpoint)).rejects.toThrow(/tokenizer\.json from the model hub at \S+ isn't the pinned one/);
  await wrong.close();
});

test('when nothing works, one line says why and names the three ways to provide the weights', async () => {
  const lines: string[] = [];
  const failed = installModels({ modelsDir, models: [name], onProgress: (line) => lines.push(line), env: { ...withoutMaven, FORECASTLE_HUB: 'off' } });
  await expect(failed).rejects.toMatchObject({ code: 'ModelWeightsMissing' });
  await expect(failed).rejects.toThrow(/^[^\n]*HF_ENDPOINT[^\n]*Maven[^\n]*copy onnx\/model\.onnx and tokenizer\.json[^\n]*$/);
  expect(lines).toEqual([expect.stringContaining('FORECASTLE_HUB=off'), expect.stringContaining('with mvn'), expect.stringContaining("mvn can't be started")]);
});

test('a stopped install ends with the reason it was given', async () => {
  const signal = AbortSignal.abort(new Error('not now'));
  await expect(installModels({ modelsDir, models: [name], signal, env: { HF_ENDPOINT: hub.endpoint } })).rejects.toThrow('not now');
});

test('the Chinese model as it is published becomes one that reads capitals; where its precision of English is missing, that is told and the rest is there', async () => {
  const chinese = 'bge-small-zh-v1.5';
  const folder = join(toolchainPaths().modelsDir, chinese);
  const tokenizer = join(scratch, 'zh.json');
  await writeFile(tokenizer, (await readFile(join(folder, 'tokenizer.json'), 'utf8')).replace('"lowercase": true', '"lowercase": false'));
  await cp(installed, join(modelsDir, name), { recursive: true });
  await rm(join(modelsDir, name, 'onnx', 'model_quantized.onnx'), { force: true });
  const zh = await startFakeHub({ repository: 'Xenova/bge-small-zh-v1.5', revision: 'main', files: new Map([['tokenizer.json', tokenizer], ['onnx/model.onnx', join(folder, weights)]]) });
  const lines: string[] = [];
  try {
    await installModels({ modelsDir, env: { ...withoutMaven, HF_ENDPOINT: zh.endpoint }, onProgress: (line) => lines.push(line) });
  } finally {
    await zh.close();
  }
  for (const file of ['config.json', 'tokenizer.json', 'tokenizer_config.json', weights]) expect((await readFile(join(modelsDir, chinese, file))).equals(await readFile(join(folder, file))), file).toBe(true);
  expect(lines).toContain(`${chinese}: installed from the model hub`);
  expect(lines.at(-1)).toMatch(/^no weights for all-MiniLM-L6-v2 int8: .*copy onnx\/model_quantized\.onnx and tokenizer\.json.*the other models still work$/);
  const checks = await checkTextModels(modelsDir);
  expect(checks.map(({ found, ok }) => [ok, found.split(':')[0]])).toEqual([[true, name], [true, chinese], [false, 'no all-MiniLM-L6-v2 int8'], [false, 'no multilingual-e5-small']]);
  expect(checks.every(({ optional, ok, remedy }) => optional && (ok || remedy.includes('HF_ENDPOINT')))).toBe(true);
});

test('what a person has put in the place of a model, and what the hub gave, is told by doctor', async () => {
  await cp(installed, join(modelsDir, name), { recursive: true });
  await appendFile(join(modelsDir, name, weights), 'x');
  await mkdir(join(modelsDir, '.hub', 'someone', 'sentences', revision), { recursive: true });
  const found = (await checkTextModels(modelsDir)).map((check) => check.found);
  expect(found[0]).toContain("a person's own (onnx/model.onnx differ from the pinned ones)");
  expect(found.at(-1)).toContain(`someone/sentences at ${revision.slice(0, 8)}`);
});
