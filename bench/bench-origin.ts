import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';

import { createSessions } from '../adapters/duckdb/session.ts';
import { addPeriods, dayOfIso, isoOfDay } from '../domain/calendar.ts';
import type { AccuracyArguments } from './accuracy-arguments.ts';
import { renderScores } from './accuracy-report.ts';
import { composePipelineActivities } from './pipeline-activities.ts';
import { cutP2, p2, type P2Problem } from './protocol-p2.ts';
import { p2Pipeline, runPipeline } from './run-pipeline.ts';
import { type Forecast, forecastKey, scoreForecasts, type Scores } from './score-forecasts.ts';

/** One origin of the protocol, forecast and scored. */
export interface OriginResult {
  readonly firstTestWeek: string;
  readonly models: Readonly<Record<string, Scores>>;
  readonly weights: Readonly<Record<string, number>>;
  readonly level: number;
  readonly parameters: object;
  readonly engines: readonly string[];
  readonly steps: Readonly<Record<string, { readonly seconds: number; readonly cpuSeconds: number }>>;
}

export interface OriginQuestion extends Pick<AccuracyArguments, 'input' | 'keep'> {
  /** Path of the order lines. */
  readonly sales: string;
  readonly firstTestWeek: string;
  /** Scratch, of this origin alone. */
  readonly folder: string;
  readonly lightgbmLibrary: string;
}

/** Cuts the origin out of the data, runs the pipeline on what lies before it, prints and returns the scores. */
export async function benchOrigin({ sales, firstTestWeek, folder, lightgbmLibrary, input, keep }: OriginQuestion): Promise<OriginResult> {
  const threads = availableParallelism();
  const sessions = createSessions({ memoryLimitMiB: 1024, threads, tempFolder: join(folder, 'duckdb') });
  const problem = await sessions.use(undefined, (session) => cutP2(session, { sales, firstTestWeek, outFolder: folder }));
  await sessions.close();

  const activities = composePipelineActivities({ folder, lightgbmLibrary, threads });
  try {
    const notes: string[] = [];
    const run = await runPipeline(activities, p2Pipeline(problem, input), (line) => notes.push(line));
    const forecasts = new Map([['naive', naive(problem, firstTestWeek)], ...run.forecasts]);
    const models = Object.fromEntries([...forecasts].map(([model, of]) => [model, scoreForecasts(problem, of, p2.quantiles)]));
    console.log(`\n${renderScores(`forecast weeks from ${firstTestWeek}`, models)}\n${notes.join(', ')}`);
    if (keep !== undefined) await keepFiles(keep, { firstTestWeek, problem, forecasts });
    const steps = Object.fromEntries(Object.entries(run.costs).map(([step, { seconds, cpuSeconds }]) => [step, { seconds: Number(seconds.toFixed(1)), cpuSeconds: Number(cpuSeconds.toFixed(1)) }]));
    return { firstTestWeek, models, weights: run.weights, level: run.level, parameters: run.parameters, engines: run.engines, steps };
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
