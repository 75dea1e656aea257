import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';

import { createSessions } from '../adapters/duckdb/session.ts';
import { BadInput, exitCodeOf, PipelineError } from '../contracts/failure.ts';
import { addPeriods, dayOfIso, isoOfDay } from '../domain/calendar.ts';
import { packageRoot, toolchainPaths } from '../infra/toolchain/paths.ts';
import { publishedPeers, renderPeers, renderScores } from './accuracy-report.ts';
import { type Bar, describeBar, exitCodeOfBars, isMet } from './bars.ts';
import { describeMachine, describeVersions } from './machine.ts';
import { composePipelineActivities } from './pipeline-activities.ts';
import { measured, watchMemory } from './process-costs.ts';
import { cutP2, onlineRetailFile, p2, type P2Problem } from './protocol-p2.ts';
import { type P2Input, p2Inputs, p2Pipeline, runPipeline } from './run-pipeline.ts';
import { type Forecast, forecastKey, meanScores, scoreForecasts, type Scores } from './score-forecasts.ts';

/*
 * npm run bench:accuracy -- [DATA] [--input weeks|lines] [--keep FOLDER]
 *
 * How well the product forecasts with its default models, on protocol P2: its own activities on the protocol's own training files. DATA is a
 * folder that holds OnlineRetail_UCI (this repository's own copy without it); --input lines gives the order lines instead of weekly sums;
 * --keep leaves training files and forecasts in a folder. Exit code 1: a bar is missed, 2: something is not there.
 */

/** 20 % below the naive forecast's .783. */
const wapeBar = 0.626;

async function main(): Promise<number> {
  const { data, input, keep } = readArguments();
  const sales = onlineRetailFile(data);
  const lightgbmLibrary = toolchainPaths().lightgbmLibrary;
  if (!existsSync(lightgbmLibrary)) throw new BadInput('LightGBM is not installed here: run `npx forecastle install` first');

  const folder = await mkdtemp(join(tmpdir(), 'forecastle-bench-'));
  const memory = watchMemory();
  try {
    const { value: origins, cost } = await measured(async () => {
      const results: OriginResult[] = [];
      for (const firstTestWeek of p2.origins) results.push(await benchOrigin({ sales, firstTestWeek, folder, lightgbmLibrary, input, keep }));
      return results;
    });
    const mean = meansOf(origins);
    const ensemble = mean['ensemble'];
    if (ensemble === undefined) throw new RangeError('the pipeline made no ensemble');
    const bars: readonly Bar[] = [{ name: 'WAPE of the ensemble, mean of three origins', figure: ensemble.wape, atMost: wapeBar }];
    const total = { seconds: round(cost.seconds, 1), cpuSeconds: round(cost.cpuSeconds, 1), peakMiB: memory.peakMiB() };

    console.log(`\n${renderScores('mean of three origins', mean)}\n\n${renderPeers()}\n`);
    console.log(`${total.seconds} s, ${total.cpuSeconds} CPU seconds, ${total.peakMiB} MiB at most\n`);
    for (const bar of bars) console.log(describeBar(bar));
    await writeResults(input === 'weeks' ? 'accuracy-p2.json' : 'accuracy-p2-lines.json', {
      benchmark: 'accuracy on protocol P2',
      input,
      date: new Date().toISOString().slice(0, 10),
      machine: describeMachine(),
      versions: { ...describeVersions(['@duckdb/node-api', '@tensorflow/tfjs']), engines: origins[0]?.engines },
      data: { file: basename(sales), sha256: createHash('sha256').update(await readFile(sales)).digest('hex') },
      parameters: origins[0]?.parameters,
      bars: bars.map((bar) => ({ ...bar, figure: round(bar.figure), met: isMet(bar) })),
      mean: rounded(mean),
      origins: origins.map(({ firstTestWeek, models, weights, steps }) => ({ firstTestWeek, models: rounded(models), weights, steps })),
      cost: total,
      publishedPeers,
    });
    return exitCodeOfBars(bars);
  } finally {
    memory.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function readArguments(): { readonly data: string | undefined; readonly input: P2Input; readonly keep: string | undefined } {
  const { positionals, values } = parsedArguments();
  const input = p2Inputs.find((name) => name === (values.input ?? 'weeks'));
  if (input === undefined) throw new BadInput(`--input ${String(values.input)}: say ${p2Inputs.join(' or ')}`);
  return { data: positionals[0], input, keep: values.keep };
}

function parsedArguments() {
  try {
    return parseArgs({ allowPositionals: true, options: { input: { type: 'string' }, keep: { type: 'string' } } });
  } catch (error) {
    throw new BadInput(`${error instanceof Error ? error.message : String(error)} (known are [DATA], --input weeks|lines, --keep FOLDER)`, { cause: error });
  }
}

interface OriginResult {
  readonly firstTestWeek: string;
  readonly models: Readonly<Record<string, Scores>>;
  readonly weights: Readonly<Record<string, number>>;
  readonly parameters: object;
  readonly engines: readonly string[];
  readonly steps: Readonly<Record<string, { readonly seconds: number; readonly cpuSeconds: number }>>;
}

async function benchOrigin({ sales, firstTestWeek, folder, lightgbmLibrary, input, keep }: {
  readonly sales: string; readonly firstTestWeek: string; readonly folder: string; readonly lightgbmLibrary: string;
  readonly input: P2Input; readonly keep: string | undefined;
}): Promise<OriginResult> {
  const own = join(folder, firstTestWeek);
  await mkdir(own, { recursive: true });
  const threads = availableParallelism();
  const sessions = createSessions({ memoryLimitMiB: 1024, threads, tempFolder: join(own, 'duckdb') });
  const problem = await sessions.use(undefined, (session) => cutP2(session, { sales, firstTestWeek, outFolder: own }));
  await sessions.close();

  const activities = composePipelineActivities({ folder: own, lightgbmLibrary, threads });
  try {
    const notes: string[] = [];
    const run = await runPipeline(activities, p2Pipeline(problem, input), (line) => notes.push(line));
    const forecasts = new Map([['naive', naive(problem, firstTestWeek)], ...run.forecasts]);
    const models = Object.fromEntries([...forecasts].map(([model, of]) => [model, scoreForecasts(problem, of, p2.quantiles)]));
    console.log(`\n${renderScores(`forecast weeks from ${firstTestWeek}`, models)}\n${notes.join(', ')}`);
    if (keep !== undefined) await keepFiles(keep, { firstTestWeek, problem, forecasts });
    const steps = Object.fromEntries(Object.entries(run.costs).map(([step, { seconds, cpuSeconds }]) => [step, { seconds: round(seconds, 1), cpuSeconds: round(cpuSeconds, 1) }]));
    return { firstTestWeek, models, weights: run.weights, parameters: run.parameters, engines: run.engines, steps };
  } finally {
    await activities.tables.close();
  }
}

/** The protocol's own yardstick, made without the product: the last week's units, four times. */
function naive({ history }: P2Problem, firstTestWeek: string): ReadonlyMap<string, Forecast> {
  const weeks = Array.from({ length: p2.horizon }, (_, i) => isoOfDay(addPeriods(dayOfIso(firstTestWeek) ?? Number.NaN, i, 'week')));
  return new Map([...history].flatMap(([series, values]) => weeks.map((ds) => [forecastKey(series, ds), { point: values.at(-1) ?? 0 }] as const)));
}

/** Training file and forecasts as CSV (`unique_id, ds, y_hat, q0.1 …`), for whoever wants to score them by other means. */
async function keepFiles(keep: string, { firstTestWeek, problem, forecasts }: {
  readonly firstTestWeek: string; readonly problem: P2Problem; readonly forecasts: ReadonlyMap<string, ReadonlyMap<string, Forecast>>;
}): Promise<void> {
  await mkdir(keep, { recursive: true });
  await copyFile(problem.train, join(keep, basename(problem.train)));
  for (const [model, of] of forecasts) {
    const withQuantiles = [...of.values()].every(({ quantiles }) => quantiles !== undefined);
    const head = ['unique_id', 'ds', 'y_hat', ...(withQuantiles ? p2.quantiles.map((level) => `q${String(level)}`) : [])];
    const lines = [...of].map(([key, { point, quantiles = [] }]) => [...key.split(' '), point, ...quantiles].join(','));
    await writeFile(join(keep, `${firstTestWeek}-${model}.csv`), `${[head.join(','), ...lines].join('\n')}\n`);
  }
}

function meansOf(origins: readonly OriginResult[]): Readonly<Record<string, Scores>> {
  const models = Object.keys(origins[0]?.models ?? {});
  return Object.fromEntries(models.map((model) => [model, meanScores(origins.flatMap(({ models: of }) => of[model] ?? []))]));
}

async function writeResults(name: string, results: object): Promise<void> {
  const folder = join(packageRoot, 'bench', 'results');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), `${JSON.stringify(results, null, 2)}\n`);
  console.log(`\nwritten to bench/results/${name}`);
}

const round = (value: number, digits = 6): number => Number(value.toFixed(digits));
const rounded = (models: Readonly<Record<string, Scores>>) =>
  Object.fromEntries(Object.entries(models).map(([model, scores]) => [model, Object.fromEntries(Object.entries(scores).map(([name, value]) => [name, round(value)]))]));

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof PipelineError)) throw error;
  console.error(error.message);
  process.exitCode = exitCodeOf(error.code);
}
