import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, describe } from 'vitest';

import { createDataActivities } from '../../activities/data.ts';
import { createDuckdb, type Duckdb } from '../../adapters/duckdb/create-duckdb.ts';
import { createSessions, type Row, type Session } from '../../adapters/duckdb/session.ts';
import { parquetFiles } from '../../adapters/duckdb/sql-text.ts';
import { writeParquet } from '../../adapters/duckdb/write-parquet.ts';
import type { ArtifactRef } from '../../contracts/artifacts.ts';
import type { CleanResult, Snapshot, ValidateResult } from '../../contracts/data.ts';
import type { FeatureSet } from '../../contracts/features.ts';
import { type Pipeline, pipelineSchema } from '../../contracts/pipeline.schema.ts';
import { fetchParts } from '../../contracts/table-parts.ts';
import { packageRoot } from '../../infra/toolchain/paths.ts';
import { at, attempt, surroundings } from '../activities/surroundings.ts';

/** The folder of real data sets that may not be copied into this repository. */
const dataFolder = resolve(process.env['FORECASTLE_DATA'] ?? join(packageRoot, '../shared/data'));

/** A group of tests on one file of the data folder; where that is absent they are skipped, and their title says so. */
export function describeSet(name: string, file: string, tests: (path: string) => void): void {
  const path = join(dataFolder, file);
  if (existsSync(path)) describe(name, () => tests(path));
  else describe.skip(`${name} (skipped: FORECASTLE_DATA has no ${file})`, () => tests(path));
}

/** The data plane over memory twins, for one test file. */
export interface DataPlane {
  /** Scratch of the test file. */
  readonly folder: string;
  /** Writes a query's rows as Parquet. */
  write(out: string, select: string): Promise<void>;
  /** The one row of a query. */
  row(select: string): Promise<Row>;
  /** Ingests and cleans what a pipeline file says. @param baseFolder where its relative addresses start */
  run(pipeline: unknown, baseFolder?: string): Promise<{ readonly snapshot: Snapshot; readonly cleaned: CleanResult; readonly pipeline: Pipeline }>;
  /** The outcomes of the pipeline file's rules. */
  validate(made: { readonly snapshot: Snapshot; readonly pipeline: Pipeline }): Promise<ValidateResult>;
  features(made: { readonly cleaned: CleanResult; readonly pipeline: Pipeline }): Promise<FeatureSet>;
  snapshot(pipeline: unknown): Promise<{ readonly snapshot: Snapshot; readonly pipeline: Pipeline }>;
  /** One row of figures from a table in parts; the query names it `t`. */
  figures(table: ArtifactRef, select: string): Promise<Row>;
  report(ref: ArtifactRef): Promise<unknown>;
  /** SQL of the rows of a table in parts. */
  rowsOf(table: ArtifactRef): Promise<string>;
}

export function useDataPlane(): () => DataPlane {
  let folder = '';
  let duckdb: Duckdb | undefined;
  let plane: DataPlane | undefined;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'forecastle-data-sets-'));
    await mkdir(join(folder, 'work'));
    duckdb = createDuckdb({ memoryLimitMiB: 1024, threads: 2, tempFolder: join(folder, 'duckdb') });
    plane = compose(folder, duckdb);
  });
  afterAll(async () => {
    await duckdb?.close();
    await rm(folder, { recursive: true, force: true });
  });
  return () => {
    if (plane === undefined) throw new Error('used before beforeAll');
    return plane;
  };
}

function compose(folder: string, tables: Duckdb): DataPlane {
  const { artifacts, steps, withScratch, database } = surroundings(folder);
  const activities = createDataActivities({ tables, artifacts, steps, withScratch, snapshots: database.snapshots, validationResults: database.validationResults });
  async function snapshot(file: unknown, baseFolder = packageRoot) {
    const pipeline = pipelineSchema.parse(file);
    const { sources, frequency, horizon, evaluate } = pipeline;
    const now = new Date().toISOString();
    return { pipeline, snapshot: await attempt(() => activities.ingest({ context: at('ingest'), sources, baseFolder, frequency, horizon, folds: evaluate.folds, now })) };
  }
  /** Asks DuckDB itself, past the adapter. */
  async function ask<T>(question: (session: Session) => Promise<T>): Promise<T> {
    const sessions = createSessions({ memoryLimitMiB: 1024, threads: 2, tempFolder: join(folder, 'figures') });
    try {
      return await sessions.use(undefined, question);
    } finally {
      await sessions.close();
    }
  }
  return {
    folder,
    snapshot,
    async run(file, baseFolder) {
      const made = await snapshot(file, baseFolder);
      const { cleaning, frequency, horizon, evaluate } = made.pipeline;
      return { ...made, cleaned: await attempt(() => activities.clean({ context: at('clean'), snapshot: made.snapshot, cleaning, frequency, horizon, folds: evaluate.folds })) };
    },
    validate: ({ snapshot: made, pipeline: { frequency, validate } }) =>
      attempt(() => activities.validate({ context: at('validate'), snapshot: made, rules: validate, frequency, now: new Date().toISOString() })),
    features: ({ cleaned, pipeline: { frequency, horizon, cleaning, evaluate: { folds, gap, window } } }) =>
      attempt(() => activities.buildFeatures({ context: at('features'), panel: cleaned.panel, frequency, horizon, folds, gap, window, minHistory: cleaning.minHistory, missing: cleaning.missing.method })),
    async figures(table, select) {
      const files = parquetFiles(await fetchParts(artifacts, table));
      return ask((session) => session.row(`WITH t AS (SELECT * FROM ${files}) ${select}`));
    },
    row: (select) => ask((session) => session.row(select)),
    write: (out, select) => ask((session) => writeParquet(session, { select, out })),
    report: (ref) => artifacts.readJson(ref),
    rowsOf: async (table) => parquetFiles(await fetchParts(artifacts, table)),
  };
}
