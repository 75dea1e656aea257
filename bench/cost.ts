import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { down } from '../infra/local/down.ts';
import { reset } from '../infra/local/reset.ts';
import { up } from '../infra/local/up.ts';
import { packageRoot } from '../infra/toolchain/paths.ts';
import { type Bar, describeBar, exitCodeOfBars, isMet } from './bars.ts';
import { describeMachine, describeVersions } from './machine.ts';
import { watchStack } from './stack-costs.ts';
import { round, writeResults } from './write-results.ts';

/*
 * npm run bench:cost
 *
 * What the main job costs where everything is installed and nothing was run yet: servers and workers from an empty state folder, the example,
 * the same again, the test pipeline. Stops what it started. Exit code 1: a bar is missed.
 */

const bars = { example: 180, again: 10, tiny: 30, memory: 3 * 1024 } as const;

async function main(): Promise<number> {
  const stateDir = await mkdtemp(join(tmpdir(), 'forecastle-cost-'));
  const watch = watchStack(stateDir);
  try {
    const started = await seconds(() => up({ stateDir }).then(() => undefined));
    const example = await seconds(() => runPipeline(stateDir, 'online-retail'));
    const again = await seconds(() => runPipeline(stateDir, 'online-retail'));
    const tiny = await seconds(() => runPipeline(stateDir, 'tiny'));
    const cpuSeconds = watch.cpuSeconds();
    const measured: readonly Bar[] = [
      { name: 'from nothing running to the finished example', figure: round(started + example, 1), atMost: bars.example, unit: 's' },
      { name: 'the same run again, every step cached', figure: round(again, 1), atMost: bars.again, unit: 's' },
      { name: 'the test pipeline', figure: round(tiny, 1), atMost: bars.tiny, unit: 's' },
      { name: 'most memory of servers, workers and trainers (PSS)', figure: watch.peakMiB(), atMost: bars.memory, unit: 'MiB' },
    ];
    console.log(`\nservers and workers up ${started.toFixed(1)} s, example ${example.toFixed(1)} s; ${cpuSeconds.toFixed(0)} CPU seconds for all\n`);
    for (const bar of measured) console.log(describeBar(bar));
    await writeResults('cost.json', {
      benchmark: 'cost of the main job',
      date: new Date().toISOString().slice(0, 10),
      machine: describeMachine(),
      versions: describeVersions(['@temporalio/worker', '@duckdb/node-api', '@tensorflow/tfjs']),
      bars: measured.map((bar) => ({ ...bar, met: isMet(bar) })),
      startSeconds: round(started, 1),
      exampleSeconds: round(example, 1),
      cpuSeconds: round(cpuSeconds, 0),
    });
    return exitCodeOfBars(measured);
  } finally {
    watch.stop();
    await down({ stateDir });
    await reset({ stateDir });
    await rm(stateDir, { recursive: true, force: true });
  }
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/** As a person runs it, its progress shown. */
function runPipeline(stateDir: string, example: string): Promise<void> {
  const args = [join(packageRoot, 'dist', 'cli', 'main.js'), 'run', join(packageRoot, 'examples', example, 'pipeline.yaml'), '--follow', '--as', 'bench'];
  const child = spawn(process.execPath, args, { stdio: 'inherit', env: { ...process.env, FORECASTLE_STATE: stateDir } });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`the run of ${example} ended with exit code ${String(code)}`))));
  });
}

process.exitCode = await main();
