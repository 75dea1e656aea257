import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join, relative } from 'node:path';

import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { parse, stringify } from 'yaml';
import { z } from 'zod';

import { serviceNames } from '../../config/stack-file.schema.ts';
import { workflowIds } from '../../contracts/runs.ts';
import { packageRoot } from '../../infra/toolchain/paths.ts';
import { forecastle } from '../support/command-line.ts';
import { startTestStack, waitFor } from '../support/stack.ts';
import { type RecordedHistory, rewrite } from './history-file.ts';

// Records the histories that replay.test.ts replays, from real runs of variants of the tiny example on a stack of its own. Run it before
// a workflow is changed and again when it may not replay old runs any more: `npm run build && node dist/tests/replay/record.js`.

const folder = mkdtempSync(join(tmpdir(), 'forecastle-record-'));
const tiny = join(packageRoot, 'examples', 'tiny');
const out = join(packageRoot, 'tests', 'replay', 'histories');
cpSync(join(tiny, 'data'), join(folder, 'data'), { recursive: true });
const stack = await startTestStack({ services: serviceNames });
const connection = await Connection.connect({ address: stack.config.temporal.address });
const client = new Client({ connection, namespace: stack.config.temporal.namespace });

/** Gates that let every candidate through: what is recorded must not depend on how good it is. */
const anyBias = { gates: [{ rule: 'bias-within', limit: 10 }] };

/** A pipeline file beside the example's data, with some of it changed. */
function variant(name: string, change: object): string {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, stringify({ ...parse(readFileSync(join(tiny, 'pipeline.yaml'), 'utf8')), ...change }));
  return file;
}

async function command(...args: string[]): Promise<string> {
  const { code, out: text, err } = await forecastle(stack.stateDir, ...args);
  if (code !== 0) throw new Error(`forecastle ${args.join(' ')} ended with ${code}: ${err}`);
  return text;
}

const runs = z.object({ runs: z.array(z.object({ runId: z.string(), pipeline: z.string(), status: z.string() })) });
const proposals = z.object({ proposals: z.array(z.object({ id: z.string(), status: z.string() })) });

const newestRun = async (): Promise<string> => runs.parse(JSON.parse(await command('runs', 'list', '--json'))).runs[0]?.runId ?? '';
const proposalIs = async (pipeline: string, status: string): Promise<string> =>
  waitFor(async () => proposals.parse(JSON.parse(await command('proposals', 'list', '--pipeline', pipeline, '--json'))).proposals.find((one) => one.status === status)?.id);

/** Runs to its end, well or not. @returns the run's id */
async function run(file: string): Promise<string> {
  await forecastle(stack.stateDir, 'run', file, '--wait');
  return newestRun();
}

async function record(name: string, workflowId: string): Promise<void> {
  const json = historyToJSON(await client.workflow.getHandle(workflowId).fetchHistory());
  // No workflow looks at a stack trace; each would tell of folders.
  const history = JSON.parse(json, (key, value: unknown) => (key === 'stackTrace' ? '' : value)) as RecordedHistory;
  const { events } = rewrite(history, neutral);
  const text = `{"events":[\n${events.map((event) => JSON.stringify(event)).join(',\n')}\n]}\n`;
  writeFileSync(join(out, `${name}.json`), text);
  console.log(`${relative(packageRoot, out)}/${name}.json: ${history.events.length} events, ${Math.round(text.length / 1024)} KiB`);
}

/** Nothing that a history says may tell where it was recorded. */
function neutral(text: string): string {
  return [[folder, '/examples/tiny'], [stack.stateDir, '/state'], [packageRoot, '/app'], [hostname(), 'host']]
    .reduce((changed, [here, neutrally]) => changed.replaceAll(here ?? '', neutrally ?? ''), text)
    .replaceAll(/\b\d+@host\b/g, 'worker@host');
}

try {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const file = variant('tiny', { promote: anyBias });

  const first = await run(file);
  await record('retrain-first', workflowIds.retrain('tiny', first));
  for (const family of ['lightgbm', 'lstm']) await record(`search-${family}`, workflowIds.search(first, family));
  await command('approve', await proposalIs('tiny', 'open'), '--reason', 'better than the naive forecast');

  const again = await run(file);
  await record('retrain-unchanged', workflowIds.retrain('tiny', again));
  await record('search-cached', workflowIds.search(again, 'lightgbm'));

  const rival = await run(variant('rival', { models: ['seasonal-naive', 'window-average', 'lightgbm'], embeddings: {}, search: { ...searchOfTiny(), seed: 8 }, promote: anyBias }));
  await record('retrain-against-champion', workflowIds.retrain('tiny', rival));
  await command('reject', await proposalIs('tiny', 'open'), '--reason', 'no better in any category');
  await record('champion-approved-rejected', workflowIds.champion('tiny'));

  const blocked = await run(variant('blocked', { name: 'blocked', validate: [{ rule: 'series-count', min: 5_000 }] }));
  await record('retrain-failed', workflowIds.retrain('blocked', blocked));

  const long = variant('long', { name: 'long', search: { ...searchOfTiny(), trials: { lightgbm: 40, lstm: 1 }, seed: 9 } });
  const ended = forecastle(stack.stateDir, 'run', long, '--wait');
  await waitFor(async () => ((await command('runs', 'show', await newestRun(), '--json')).includes('trial 3 of 40') ? true : undefined));
  const cancelled = await newestRun();
  await command('runs', 'cancel', cancelled);
  await ended;
  await record('retrain-cancelled', workflowIds.retrain('long', cancelled));
  await record('search-cancelled', workflowIds.search(cancelled, 'lightgbm'));

  const approvals = { quorum: 2, expiresHours: 40 / 3600 };
  const quick = { name: 'quorum', models: ['seasonal-naive', 'window-average'], embeddings: {}, promote: { ...anyBias, approvals } };
  await run(variant('quorum', quick));
  const waiting = await proposalIs('quorum', 'open');
  await command('approve', waiting, '--reason', 'good enough');
  await proposalIs('quorum', 'expired');
  await record('champion-expired', workflowIds.champion('quorum'));
  await run(variant('quorum-2', { ...quick, quantiles: [0.2, 0.5, 0.8], promote: { ...quick.promote, approvals: { quorum: 2 } } }));
  const second = await proposalIs('quorum', 'open');
  for (const actor of ['ann', 'bo']) await command('approve', second, '--reason', 'good enough', '--as', actor);
  await record('champion-quorum', workflowIds.champion('quorum'));
} finally {
  await connection.close();
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
}

function searchOfTiny(): object {
  return (parse(readFileSync(join(tiny, 'pipeline.yaml'), 'utf8')) as { search: object }).search;
}
