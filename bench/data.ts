import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

import { compiledEntry } from '../adapters/child-process/compiled-entry.ts';
import { createSessions } from '../adapters/duckdb/session.ts';
import { runCommand } from '../infra/toolchain/run-command.ts';
import { type Bar, describeBar, exitCodeOfBars, isMet } from './bars.ts';
import { compareTables } from './compare-tables.ts';
import type { DataAnswer, DataQuestion } from './data-child.ts';
import { runPolars } from './data-peer.ts';
import { describeMachine, describeVersions } from './machine.ts';
import { type MonthFile, writeSyntheticSales } from './synthetic-sales.ts';
import { round, writeResults } from './write-results.ts';

/*
 * npm run bench:data [-- --folder FOLDER]
 *
 * Cleaning and features of 20 million daily rows to Parquet in parts, by the product's own activities and by Polars in the same run, with the
 * same columns; memory, growth from a tenth of it, and a run after one per cent of new rows. Needs about 6 GB in FOLDER (a temporary one when
 * absent). Exit code 1: a bar is missed.
 */

const bars = { ratio: 1.3, memory: 1024, growth: 11, incremental: 0.1 } as const;
const days = 2_000;
/** One per cent of the days come later. */
const newDays = 20;
/** Of the gibibyte that a process may take; the rest is JavaScript's. */
const duckdbMemoryMiB = 512;

async function main(): Promise<number> {
  const given = process.argv.indexOf('--folder');
  const folder = process.argv[given + 1];
  if (given < 0 || folder === undefined) {
    const own = await mkdtemp(join(tmpdir(), 'forecastle-data-'));
    return measure(own).finally(() => rm(own, { recursive: true, force: true }));
  }
  await mkdir(folder, { recursive: true });
  return measure(folder);
}

async function measure(folder: string): Promise<number> {
  const small = await writeSales(join(folder, 'small'), 1_000, days);
  const large = await writeSales(join(folder, 'large'), 10_000, days);
  const grown = await writeSales(join(folder, 'early'), 10_000, days - newDays);

  const tenth = await runProduct(join(folder, 'tenth'), [small]);
  const whole = await runProduct(join(folder, 'whole'), [large]);
  console.log(`20M rows: ${describe(whole)}`);
  const peer = await runPolars({ sales: join(folder, 'large'), out: join(folder, 'polars'), folder });
  console.log(`Polars ${peer.polars}: ${peer.cpuSeconds.toFixed(1)} CPU s, ${peer.seconds.toFixed(1)} s, ${String(peer.peakMiB)} MiB`);
  const differences = await compareTables({ ours: whole.runs[0]?.table ?? [], peer: join(folder, 'polars'), folder });
  if (differences.length > 0) throw new Error(`the two tables differ, so their costs can't be compared:\n${differences.join('\n')}`);
  console.log(`both hold ${String(peer.rows)} rows × ${String(peer.columns)} columns, alike in every column`);
  const twice = await runProduct(join(folder, 'twice'), [grown, large]);
  console.log(`first 99 %, then 1 % more: ${describe(twice)}`);

  const [first, second] = twice.runs;
  const cpu = (answer: DataAnswer): number => answer.runs[0]?.cpuSeconds ?? Number.NaN;
  const measured: readonly Bar[] = [
    { name: 'CPU seconds for 20M rows, over those of Polars', figure: round(cpu(whole) / peer.cpuSeconds, 3), atMost: bars.ratio },
    { name: 'most memory', figure: Math.max(tenth.peakMiB, whole.peakMiB, twice.peakMiB), atMost: bars.memory, unit: 'MiB' },
    { name: 'CPU seconds for 20M rows, over those for 2M', figure: round(cpu(whole) / cpu(tenth), 2), atMost: bars.growth },
    { name: 'CPU seconds after 1 % new rows, over those for all', figure: round((second?.cpuSeconds ?? Number.NaN) / (first?.cpuSeconds ?? Number.NaN), 3), atMost: bars.incremental },
  ];
  console.log('');
  for (const bar of measured) console.log(describeBar(bar));
  await writeResults('data.json', {
    benchmark: 'cleaning and features of daily sales',
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    versions: { ...describeVersions(['@duckdb/node-api']), polars: peer.polars },
    bars: measured.map((bar) => ({ ...bar, met: isMet(bar) })),
    rows: peer.rows,
    columns: peer.columns,
    duckdbMemoryMiB,
    cpuSeconds: { '2M rows': round(cpu(tenth), 1), '20M rows': round(cpu(whole), 1), 'Polars, 20M rows': round(peer.cpuSeconds, 1), '1 % more': round(second?.cpuSeconds ?? Number.NaN, 1) },
    peakMiB: { '2M rows': tenth.peakMiB, '20M rows': whole.peakMiB, 'Polars, 20M rows': peer.peakMiB },
    madeParts: second === undefined ? '' : `${String(second.madeParts)} of ${String(second.parts)}`,
  });
  return exitCodeOfBars(measured);
}

async function writeSales(folder: string, products: number, count: number): Promise<readonly MonthFile[]> {
  const sessions = createSessions({ memoryLimitMiB: 2048, threads: availableParallelism(), tempFolder: `${folder}-spill` });
  try {
    return await sessions.use(undefined, (session) => writeSyntheticSales(session, { products, days: count, folder }));
  } finally {
    await sessions.close();
  }
}

/** In a process of its own, whose memory is the product's alone. */
async function runProduct(folder: string, runs: DataQuestion['runs']): Promise<DataAnswer> {
  const question: DataQuestion = { runs, folder, duckdbMemoryMiB, threads: availableParallelism() };
  const said = await runCommand(process.execPath, [compiledEntry(new URL('./data-child.ts', import.meta.url)), JSON.stringify(question)]);
  return JSON.parse(said.trim().split('\n').at(-1) ?? '') as DataAnswer;
}

function describe({ runs, peakMiB }: DataAnswer): string {
  return `${runs.map(({ cpuSeconds, seconds, madeParts, parts }) => `${cpuSeconds.toFixed(1)} CPU s, ${seconds.toFixed(1)} s, ${String(madeParts)} of ${String(parts)} parts made`).join('; ')}; ${String(peakMiB)} MiB`;
}

process.exitCode = await main();
