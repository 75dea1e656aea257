import { join } from 'node:path';

import { createDataActivities } from '../activities/data.ts';
import { createStepRunner } from '../activities/step.ts';
import { createDuckdb } from '../adapters/duckdb/create-duckdb.ts';
import { createMemoryDatabase } from '../adapters/memory/database.ts';
import type { Snapshot } from '../contracts/data.ts';
import { cleaningSchema } from '../contracts/cleaning.schema.ts';
import { fetchParts, type TablePart, tablePartsMediaType } from '../contracts/table-parts.ts';
import { callActivity } from './pipeline-activities.ts';
import { createDiskArtifacts, fileArtifact } from './disk-artifacts.ts';
import type { MonthFile } from './synthetic-sales.ts';
import { scratchIn } from './scratch.ts';

/** What the child is told, as JSON in its first argument. */
export interface DataQuestion {
  /** One run after the other, on one step cache; each is the months that there are by then. */
  readonly runs: readonly (readonly MonthFile[])[];
  readonly folder: string;
  readonly duckdbMemoryMiB: number;
  readonly threads: number;
}

/** What it answers, as JSON on its last line. */
export interface DataAnswer {
  readonly runs: readonly { readonly seconds: number; readonly cpuSeconds: number; readonly rows: number; readonly columns: number; readonly parts: number; readonly madeParts: number; readonly table: readonly string[] }[];
  readonly peakMiB: number;
}

async function answer({ runs, folder, duckdbMemoryMiB, threads }: DataQuestion): Promise<DataAnswer> {
  const database = createMemoryDatabase();
  const artifacts = createDiskArtifacts(join(folder, 'store'));
  const tables = createDuckdb({ memoryLimitMiB: duckdbMemoryMiB, threads, tempFolder: join(folder, 'spill') });
  const steps = createStepRunner({ cache: database.stepCache, rows: database.steps, artifacts, codeVersion: () => 'this benchmark' });
  const withScratch = scratchIn(folder);
  const activities = createDataActivities({ tables, artifacts, steps, withScratch, snapshots: database.snapshots, validationResults: database.validationResults });
  const setup = { frequency: 'day', horizon: 1, folds: 1 } as const;
  const cleaning = cleaningSchema.parse({});
  const results: DataAnswer['runs'][number][] = [];
  for (const [i, months] of runs.entries()) {
    // What ingest would hand over: a table in parts. It is not measured.
    const parts: TablePart[] = [];
    for (const { from, file, rows } of months) parts.push({ from, rows, file: await fileArtifact(file) });
    const sales = { ...(await artifacts.publishJson('raw', { parts })), mediaType: tablePartsMediaType };
    const snapshot: Snapshot = { digest: `run-${String(i)}`, manifest: sales, sales, sources: [], rows: 0, keptRows: 0, series: 0, from: '', to: '' };
    const [started, before] = [performance.now(), process.cpuUsage()];
    const at = { runId: `run-${String(i)}`, pipeline: 'bench-data' };
    const cleaned = await callActivity(activities.clean, { context: { ...at, step: 'clean' }, snapshot, cleaning, ...setup });
    const features = await callActivity(activities.buildFeatures, { context: { ...at, step: 'features' }, panel: cleaned.panel, minHistory: 8, ...setup });
    const cpu = process.cpuUsage(before);
    const table = await fetchParts(artifacts, features.table);
    results.push({
      seconds: (performance.now() - started) / 1000, cpuSeconds: (cpu.user + cpu.system) / 1e6,
      rows: features.rows, columns: features.columns, parts: cleaned.parts, madeParts: cleaned.madeParts, table,
    });
  }
  await tables.close();
  return { runs: results, peakMiB: Math.round(process.resourceUsage().maxRSS / 1024) };
}

console.log(JSON.stringify(await answer(JSON.parse(process.argv[2] ?? '') as DataQuestion)));
