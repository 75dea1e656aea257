import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { BadInput, exitCodeOf, PipelineError } from '../contracts/failure.ts';
import { toolchainPaths } from '../infra/toolchain/paths.ts';
import { readArguments } from './accuracy-arguments.ts';
import { publishedPeers, renderPeers, renderScores } from './accuracy-report.ts';
import { type Bar, describeBar, exitCodeOfBars, isMet } from './bars.ts';
import { benchOrigin, type OriginResult } from './bench-origin.ts';
import { describeMachine, describeVersions } from './machine.ts';
import { measured, watchMemory } from './process-costs.ts';
import { onlineRetailFile, p2 } from './protocol-p2.ts';
import { meanScores, type Scores } from './score-forecasts.ts';
import { round, writeResults } from './write-results.ts';

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
      for (const firstTestWeek of p2.origins) {
        const own = join(folder, firstTestWeek);
        await mkdir(own);
        results.push(await benchOrigin({ sales, firstTestWeek, folder: own, lightgbmLibrary, input, keep }));
      }
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
      origins: origins.map(({ firstTestWeek, models, weights, level, steps }) => ({ firstTestWeek, models: rounded(models), weights, level, steps })),
      cost: total,
      publishedPeers,
    });
    return exitCodeOfBars(bars);
  } finally {
    memory.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function meansOf(origins: readonly OriginResult[]): Readonly<Record<string, Scores>> {
  const models = Object.keys(origins[0]?.models ?? {});
  return Object.fromEntries(models.map((model) => [model, meanScores(origins.flatMap(({ models: of }) => of[model] ?? []))]));
}

const rounded = (models: Readonly<Record<string, Scores>>) =>
  Object.fromEntries(Object.entries(models).map(([model, scores]) => [model, Object.fromEntries(Object.entries(scores).map(([name, value]) => [name, round(value)]))]));

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof PipelineError)) throw error;
  console.error(error.message);
  process.exitCode = exitCodeOf(error.code);
}
