import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';

import { serviceNames } from '../../config/stack-file.schema.ts';
import { snapshotListSchema } from '../../contracts/http-snapshots.schema.ts';
import { candidateListSchema, runListSchema } from '../../contracts/http.schema.ts';
import { packageRoot } from '../../infra/toolchain/paths.ts';
import { forecastle } from '../support/command-line.ts';
import type { Finished } from '../support/command-line.ts';
import { environmentWithoutServers, startTestStack } from '../support/stack.ts';
import type { TestStack } from '../support/stack.ts';
import { csv, dayOf, files, pipeline, withProducts, yamls } from './bad-input-cases.ts';
import type { Attempt } from './bad-input-cases.ts';

// Every mistake that a person makes with a file, an address or a port, as they meet it: one line, exit code 2, nothing half-written.

let stack: TestStack;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'forecastle-bad-input-'));
  // A folder without weights, so that the one case which needs a text model finds none.
  stack = await startTestStack({
    services: serviceNames,
    env: { FORECASTLE_MODELS: join(folder, 'no-models'), FORECASTLE_HUB: 'off' },
  });
});
afterAll(async () => {
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
});

let attempts = 0;

/** Runs a pipeline in a folder of its own and waits until it has ended. */
async function run({ sales, products, yaml = pipeline, options = [] }: Attempt): Promise<Finished> {
  const own = join(folder, `case-${(attempts += 1)}`);
  mkdirSync(own);
  if (sales === 'folder') mkdirSync(join(own, 'sales.csv'));
  else if (sales !== undefined) writeFileSync(join(own, 'sales.csv'), sales);
  if (products !== undefined) writeFileSync(join(own, 'products.csv'), products);
  writeFileSync(join(own, 'pipeline.yaml'), yaml);
  return forecastle(stack.stateDir, 'run', join(own, 'pipeline.yaml'), '--wait', ...options);
}

function expectOneLine({ code, err }: Finished, expected: string): void {
  expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(/^forecastle: [^\n]+\n$/) as string });
  expect(err).toContain(expected);
}

// Side by side: most of a case is a command line that starts.
describe.concurrent('a run of bad data ends with one line that names file, place and remedy', () => {
  test.each(files)('%s', async (_, attempt, expected) => {
    expectOneLine(await run(attempt), expected);
  });

  test('no weights of the text model: which files, and where they go', async () => {
    const yaml = `${withProducts}embeddings: { text: { dims: 2 } }\n`;
    const refused = await run({ sales: csv(), products: 'sku,name\nA,apple\nB,pear\n', yaml });
    expectOneLine(refused, 'no weights for all-MiniLM-L6-v2: ');
    expect(refused.err).toContain(
      'run `npx forecastle install`; or copy config.json, tokenizer.json, tokenizer_config.json, onnx/model.onnx of',
    );
    expect(refused.err).toContain(join(folder, 'no-models', 'all-MiniLM-L6-v2'));
  });
});

test('none of them is left running, and nothing of them is registered', async () => {
  const { runs } = await list('runs list --limit 1000', runListSchema);
  expect(runs.length).toBeGreaterThan(files.length);
  expect(runs.filter(({ status, code }) => status !== 'failed' || code === undefined)).toEqual([]);
  expect((await list('candidates list shop', candidateListSchema)).candidates).toEqual([]);
  // Two were refused after their data had been accepted, for what comes later: a cutoff, a text model.
  expect((await list('dataset list', snapshotListSchema)).snapshots.map(({ rows }) => rows)).toEqual([240, 240]);
});

test('a series of one row among others is no reason to refuse them', async () => {
  expect(await run({ sales: `${csv()}LONELY,${dayOf(50)},3,2.5\n` })).toMatchObject({ code: 0, err: '' });
});

async function list<T extends z.ZodType>(line: string, schema: T): Promise<z.infer<T>> {
  const { out, err } = await forecastle(stack.stateDir, ...line.split(' '), '--json');
  expect(err).toBe('');
  return schema.parse(JSON.parse(out));
}

describe.concurrent('a pipeline file with a mistake is refused with its line before a run exists', () => {
  test.each(yamls)('%s', async (_, yaml, expected) => {
    const refused = await run({ sales: csv(), yaml });
    expectOneLine(refused, `pipeline.yaml ${expected}`);
    expect(refused.out).toBe('');
  });
});

/** A command without the stack of this file, with this environment and a state folder of its own. */
function alone(environment: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Finished> {
  const env = {
    ...environmentWithoutServers(),
    FORECASTLE_STATE: join(folder, `state-${(attempts += 1)}`),
    NO_COLOR: '1',
    ...environment,
  };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(packageRoot, 'dist', 'cli', 'main.js'), ...args], { env });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.once('error', reject).once('close', (code) => resolve({ code: code ?? -1, out, err }));
  });
}

const servers: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
  [
    'PostgreSQL',
    { DATABASE_URL: 'postgres://me:hidden@127.0.0.1:9/sales' },
    "your own postgres at postgres://me@127.0.0.1:9/sales can't be used (connect ECONNREFUSED",
  ],
  [
    'object storage',
    { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9', AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' },
    "your own seaweedfs at http://127.0.0.1:9, bucket forecastle can't be used (connect ECONNREFUSED",
  ],
  [
    'Temporal',
    { TEMPORAL_ADDRESS: '127.0.0.1:9' },
    "your own temporal at 127.0.0.1:9 can't be used (connect ECONNREFUSED",
  ],
  [
    'MLflow',
    { MLFLOW_TRACKING_URI: 'http://127.0.0.1:10' },
    "your own mlflow at http://127.0.0.1:10 can't be used (connect ECONNREFUSED",
  ],
  [
    'an address that is none',
    { TEMPORAL_ADDRESS: 'temporal' },
    'environment variable TEMPORAL_ADDRESS="temporal" is not an address: write it as host:port',
  ],
];

describe.concurrent('a server or a port that cannot be had', () => {
  test.each(servers)("%s of the user's own that does not answer stops `up`", async (_, environment, expected) => {
    const refused = await alone(environment, 'up');
    expectOneLine(refused, expected);
    expect(refused.err).not.toContain('hidden');
  });
  test('a taken port stops `up`', async () => {
    const taken = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    expectOneLine(
      await alone({ FORECASTLE_API_PORT: String(port) }, 'up'),
      `port ${port} of api (FORECASTLE_API_PORT) is taken by another program: stop that program or set another port`,
    );
    await new Promise((resolve) => taken.close(resolve));
  });
  test('no stack, and an API that does not answer', async () => {
    expectOneLine(await alone({}, 'runs', 'list'), 'the stack is not up: run `npx forecastle up`');
    const elsewhere = { FORECASTLE_STATE: stack.stateDir, FORECASTLE_API_PORT: '11' };
    expectOneLine(await alone(elsewhere, 'runs', 'list'), 'the API at http://127.0.0.1:11 does not answer');
    const inJson = await alone(elsewhere, 'runs', 'list', '--json');
    expect({
      ...inJson,
      out: z.object({ error: z.object({ code: z.string() }) }).parse(JSON.parse(inJson.out)),
    }).toMatchObject({ code: 2, err: '', out: { error: { code: 'ServiceUnavailable' } } });
  });
});

test('a reader that goes away ends a command quietly', async () => {
  const env = { ...environmentWithoutServers(), FORECASTLE_STATE: stack.stateDir };
  const child = spawn(process.execPath, [join(packageRoot, 'dist', 'cli', 'main.js'), 'runs', 'list'], {
    env,
    cwd: dirname(folder),
  });
  child.stdout.destroy();
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect({ code, err }).toEqual({ code: 0, err: '' });
});
