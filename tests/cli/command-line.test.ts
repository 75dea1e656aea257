import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { serve } from '@hono/node-server';
import type { ServerType } from '@hono/node-server';
import pc from 'picocolors';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createApp } from '../../api/app.ts';
import type { ApiDependencies } from '../../api/dependencies.ts';
import { createApiClient } from '../../cli/api-client.ts';
import { runCommandLine } from '../../cli/run-command-line.ts';
import { createFakes, key, proposal, result } from '../api/fake-dependencies.ts';
import type { Fakes } from '../api/fake-dependencies.ts';

// The real client, over HTTP, against the real API over fakes of its dependencies.

const scratch = mkdtempSync(join(tmpdir(), 'forecastle-cli-'));
const server = { fakes: createFakes(join(scratch, 'api')), url: '' };
let listening: ServerType;

function answerWith(replaced: Partial<ApiDependencies> = {}): Fakes {
  return (server.fakes = createFakes(join(scratch, 'api'), replaced));
}

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    listening = serve(
      { fetch: (request) => createApp(server.fakes.deps).fetch(request), hostname: '127.0.0.1', port: 0 },
      ({ port }) => {
        server.url = `http://127.0.0.1:${port}`;
        resolve();
      },
    );
  });
});
afterAll(() => {
  listening.close();
  rmSync(scratch, { recursive: true, force: true });
});

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function forecastle(
  line: readonly string[],
  {
    env = {},
    url = server.url,
    signal = new AbortController().signal,
  }: { env?: Record<string, string>; url?: string; signal?: AbortSignal } = {},
): Promise<Outcome> {
  let [out, err] = ['', ''];
  const code = await runCommandLine(line, {
    terminal: {
      out: (text) => (out += text),
      err: (text) => (err += text),
      isTTY: false,
      columns: 80,
      colors: pc.createColors(false),
      live: () => undefined,
    },
    env,
    connect: (actor) => createApiClient({ url, key, actor }),
    addresses: () => ({
      api: 'http://127.0.0.1:8080',
      temporal: 'http://127.0.0.1:8233',
      mlflow: 'http://127.0.0.1:5000',
    }),
    interruption: () => signal,
  });
  return { code, out, err };
}

const pipelineFile = join(scratch, 'pipeline.yaml');
writeFileSync(
  pipelineFile,
  'name: shop\ntask: forecast\nfrequency: week\nhorizon: 4\nsources: { sales: { uri: s.csv, columns: { series: a, time: b, target: c } } }\n',
);

/** The store's run `run-3` ends as told as soon as it was started. */
function endingRun(end: { status: 'done' | 'failed'; code?: string; error?: string }): Partial<ApiDependencies> {
  const { runs } = createFakes(scratch).deps;
  return {
    runs: {
      ...runs,
      async get(runId) {
        const run = await runs.get(runId);
        if (run === undefined || runId !== 'run-3') return run;
        const failed = end.status === 'failed';
        return {
          ...run,
          ...end,
          ...(failed ? {} : { result: { ...result, runId } }),
          steps: [
            { step: 'ingest', status: 'done', seconds: 1.25, note: '541,909 rows, 3,941 series' },
            { step: 'validate', status: failed ? 'failed' : 'cached', seconds: 0.1 },
          ],
        };
      },
    },
  };
}

describe('run', () => {
  test('ends once the data were accepted, with what was accepted and how to follow', async () => {
    answerWith(endingRun({ status: 'done' }));
    const { code, out, err } = await forecastle(['run', pipelineFile, '--as', 'ana', '--seed', '3']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toBe(
      'run run-3 of shop\ndata accepted: 541,909 rows, 3,941 series\nto follow: npx forecastle runs show run-3 --follow\n',
    );
    expect(server.fakes.started[0]).toMatchObject({
      actor: 'ana',
      baseFolder: scratch,
      pipeline: { search: { seed: 3 } },
    });
  });
  test('followed without a terminal it appends a line per step and ends with the table', async () => {
    answerWith(endingRun({ status: 'done' }));
    const { code, out } = await forecastle(['run', pipelineFile, '--follow'], { env: { FORECASTLE_USER: 'ana' } });
    expect(code).toBe(0);
    expect(out.split('\n').every((line) => line.length <= 80)).toBe(true);
    expect(out).toMatchInlineSnapshot(`
      "run run-3 of shop
      ✓ ingest          done            1.3 s  541,909 rows, 3,941 series
      = validate        cached          0.1 s

                      folds (mean)                 test (untouched)
      model            WAPE   MASE    WQL    bias   WAPE   MASE    WQL    bias
      ensemble        0.550  0.900  0.400  -0.020  0.570  0.900  0.400  -0.020
      seasonal-naive  0.800  0.900  0.400  -0.020      –  0.900  0.400  -0.020

      candidate    version 1, cccccccccccc
      weights      lightgbm 0.70, lstm 0.30
      cutoff       2011-12-05; tested on what follows 2011-11-07
      forecasts    2 series
      gate         ✓ WQL 0.400 against 0.520 of the naive forecast
      proposal     prop-1, open
      to decide    npx forecastle approve prop-1 --as NAME --reason "…"
      API          http://127.0.0.1:8080
      Temporal UI  http://127.0.0.1:8233
      MLflow UI    http://127.0.0.1:5000
      "
    `);
  });
  test('whose candidate a gate blocks ends with exit code 3: there is nothing to approve', async () => {
    const { runs } = createFakes(scratch).deps;
    const { runs: ending } = endingRun({ status: 'done' });
    const proposal = { ...result.proposal, status: 'blocked' as const };
    answerWith({ runs: { ...runs, ...ending, get: async (runId) => { const run = await ending?.get(runId); return run && { ...run, result: { ...result, proposal } }; } } });
    expect((await forecastle(['run', pipelineFile, '--wait', '--as', 'ana'])).code).toBe(3);
  });
  test.each([
    ['ValidationBlocked', 3],
    ['BadInput', 2],
    ['ModelWeightsMissing', 2],
    ['TrainingFailed', 1],
  ])('a run that failed with %s ends the command with exit code %i and one line', async (code, exit) => {
    answerWith(endingRun({ status: 'failed', code, error: 'sales.csv row 3: not a number' }));
    expect(await forecastle(['run', pipelineFile, '--wait', '--as', 'ana'])).toEqual({
      code: exit,
      out: 'run run-3 of shop\n',
      err: 'forecastle: run run-3 failed at validate: sales.csv row 3: not a number\n',
    });
  });
  test('Ctrl-C while following leaves the run running and says so', async () => {
    answerWith();
    const { code, err } = await forecastle(['run', pipelineFile, '--follow', '--as', 'ana'], {
      signal: AbortSignal.timeout(200),
    });
    expect(code).toBe(130);
    expect(err).toContain('run run-3 goes on');
    expect(server.fakes.cancelled).toEqual([]);
  });
  test('with --json there is one document and nothing else', async () => {
    answerWith(endingRun({ status: 'done' }));
    const { out } = await forecastle(['run', pipelineFile, '--follow', '--as', 'ana', '--json']);
    expect(JSON.parse(out)).toMatchObject({ run: { runId: 'run-3', status: 'done' }, result: { version: 1 } });
    answerWith(endingRun({ status: 'failed', code: 'BadInput', error: 'no' }));
    const failed = await forecastle(['--json', 'run', pipelineFile, '--wait', '--as', 'ana']);
    expect(failed.err).toBe('');
    expect(JSON.parse(failed.out)).toEqual({
      error: { code: 'BadInput', message: 'run run-3 failed at validate: no' },
    });
  });
});

describe('wrong usage is one line and exit code 2', () => {
  test.each([
    ['an unknown command', ['rnu'], "unknown command 'rnu' (Did you mean run?)"],
    ['an unknown option', ['run', pipelineFile, '--folow'], "unknown option '--folow' (Did you mean --follow?)"],
    ['a missing argument', ['run'], "missing required argument 'file'"],
    ['a missing option', ['approve', 'prop-1', '--as', 'ana'], "required option '--reason <text>' not specified"],
    ['no command', ['runs'], 'which command?'],
    ['an empty reason', ['approve', 'prop-1', '--as', 'ana', '--reason', ' '], '--reason is empty'],
    ['nobody who acts', ['reject', 'prop-1', '--reason', 'no'], 'who acts? Add --as NAME, or set FORECASTLE_USER'],
    ['a wrong day', ['run', pipelineFile, '--cutoff', '2011-02-30'], 'It must be a day such as 2011-11-07.'],
    ['a day of lineage that is none', ['lineage', 'shop/85123A/2011-12-12', '--rows', '--from', '2011-02-30'], 'It must be a day such as 2011-11-07.'],
    ['a wrong seed', ['run', pipelineFile, '--seed', '0'], 'It must be a whole number from 1 to 2147483646.'],
    ['a missing file', ['run', 'nothing.yaml'], 'nothing.yaml: no such file'],
    ['a wrong ending', ['forecasts', 'export', 'shop', '--out', 'f.txt'], 'the file must end in .csv or .parquet'],
    ['a wrong run', ['runs', 'show', 'run-11'], 'no run "run-11"; did you mean "run-1"?'],
    ['a wrong series', ['forecast', 'shop', '--series', '85132A'], 'did you mean "85123A"?'],
  ])('%s', async (_, line, expected) => {
    answerWith();
    const { code, out, err } = await forecastle(line);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^forecastle: [^\n]*\n$/);
    expect(err).toContain(expected);
  });
});

test('an API that is not there is one line, exit code 2', async () => {
  const free = await new Promise<number>((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
  const { code, err } = await forecastle(['runs', 'list'], { url: `http://127.0.0.1:${free}` });
  expect(code).toBe(2);
  expect(err).toMatch(
    /^forecastle: the API at http:\S+ does not answer \(ECONNREFUSED\): run `npx forecastle status`[^\n]*\n$/,
  );
});

test('approving shows the gates and sends exactly the evidence that was shown', async () => {
  answerWith();
  const { code, out } = await forecastle(['approve', 'prop', '--as', 'ana', '--reason', 'better']);
  expect(code).toBe(0);
  expect(out).toContain('✓ WQL 0.400 against 0.520');
  expect(out.trimEnd().endsWith('version 1 of shop is the champion')).toBe(true);
  expect(server.fakes.decisions).toEqual([
    { proposalId: 'prop-1', verdict: 'approve', reason: 'better', actor: 'ana', evidence: proposal.evidence },
  ]);
});

test('an audit chain that is broken is told with its row, exit code 1', async () => {
  answerWith();
  expect(await forecastle(['audit', 'verify'])).toEqual({ code: 0, out: 'ok: 3 rows, unbroken\n', err: '' });
  answerWith({
    audit: { verify: async () => ({ ok: false, rows: 3, broken: { row: 2, reason: 'its hash differs' } }) },
  });
  expect(await forecastle(['audit', 'verify'])).toEqual({
    code: 1,
    out: 'broken at row 2: its hash differs\n',
    err: '',
  });
});

test('an export writes the whole file or none', async () => {
  answerWith();
  const out = join(scratch, 'f.csv');
  expect((await forecastle(['forecasts', 'export', 'shop', '--out', out])).code).toBe(0);
  expect(readFileSync(out, 'utf8')).toContain('85123A,2011-12-12,12.5');
  const missing = await forecastle(['forecasts', 'export', 'shop', '--out', join(scratch, 'nowhere', 'f.csv')]);
  expect(missing).toMatchObject({ code: 2 });
  expect(missing.err).toContain('its folder does not exist');
  expect(readdirSync(scratch).filter((name) => name.endsWith('.part'))).toEqual([]);
});

describe('what people read fits in 80 columns', () => {
  test.each([
    [['runs', 'list']],
    [['runs', 'show', 'run-1']],
    [['candidates', 'list', 'shop']],
    [['candidates', 'compare', 'shop', '1', '2']],
    [['proposals', 'list']],
    [['proposals', 'show', 'prop-1']],
    [['champion', 'shop']],
    [['forecast', 'shop', '--series', '85123A']],
    [['lineage', 'shop/85123A/2011-12-12', '--rows']],
    [['dataset', 'list']],
    [['dataset', 'show', '555']],
  ])('%j', async (line) => {
    answerWith();
    const { code, out } = await forecastle(line);
    expect(code).toBe(0);
    expect(out.split('\n').filter((text) => text.length > 80)).toEqual([]);
    expect(out.trim().split('\n').length).toBeGreaterThan(1);
    const json = await forecastle([...line, '--json']);
    expect(typeof JSON.parse(json.out)).toBe('object');
  });
});
