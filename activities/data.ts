import { ApplicationFailure, cancellationSignal } from '@temporalio/activity';
import type { CleanInput, DataActivities, FeaturesInput, IngestInput, RuleOutcome, Snapshot, SourceFile, ValidateInput } from '../contracts/data.ts';
import { ValidationBlocked } from '../contracts/failure.ts';
import type { Cutoffs, FeatureSpec } from '../contracts/features.ts';
import type { Pipeline } from '../contracts/pipeline.schema.ts';
import { type ArtifactStore, parquetFile, type WithScratch } from './artifact-store.ts';
import { digestOf } from './digest.ts';
import type { StepRunner } from './step.ts';

type Fingerprints = readonly { readonly source: string; readonly uri: string; readonly sha256: string; readonly bytes: number }[];

/** Tables on local disk; `adapters/duckdb` satisfies it by shape. */
export interface Tables {
  fingerprintSources(input: { sources: Pipeline['sources']; baseFolder: string }): Promise<Fingerprints>;
  ingest(input: Omit<IngestInput, 'context'> & { outFolder: string; signal: AbortSignal }): Promise<{
    sales: string;
    texts?: string;
    files: readonly SourceFile[];
    columns: unknown;
    rows: number;
    keptRows: number;
    series: number;
    from: string;
    to: string;
  }>;
  validateSales(input: { sales: string; rules: Pipeline['validate']; now: string; signal: AbortSignal }): Promise<readonly RuleOutcome[]>;
  clean(input: Omit<CleanInput, 'context' | 'snapshot'> & { sales: string; outFolder: string; signal: AbortSignal }): Promise<{
    panel: string;
    report: unknown;
    series: number;
    periods: number;
    filled: number;
    outliers: number;
    droppedRows: number;
    from: string;
    to: string;
  }>;
  buildOriginTable(input: Omit<FeaturesInput, 'context' | 'panel' | 'vectors'> & { panel: string; vectors?: string; outFolder: string; signal: AbortSignal }): Promise<{
    table: string;
    spec: FeatureSpec;
    cutoffs: Cutoffs;
    rows: number;
    series: number;
    columns: number;
  }>;
}

export interface DataDeps {
  readonly tables: Tables;
  readonly artifacts: ArtifactStore;
  readonly snapshots: { put(pipeline: string, snapshot: Snapshot): Promise<void> };
  readonly withScratch: WithScratch;
  readonly steps: StepRunner;
}

const count = (n: number): string => n.toLocaleString('en-GB');

/** Activities on the `data` queue that turn source files into an origin table. */
export function createDataActivities({ tables, artifacts, snapshots, withScratch, steps }: DataDeps): DataActivities {
  /** A file that is written to while it is read may give rows of two states, or half a row to complain about. */
  async function refuseChanged(before: Fingerprints, input: Pick<IngestInput, 'sources' | 'baseFolder'>): Promise<void> {
    const after = await tables.fingerprintSources(input);
    const changed = before.find(({ source, sha256 }) => after.some((now) => now.source === source && now.sha256 !== sha256));
    if (changed === undefined) return;
    // Unlike other conflicts this one passes by itself: the next attempt reads what is there then.
    throw ApplicationFailure.retryable(`sources.${changed.source}.uri ${changed.uri}: the file changed while it was read; let it be written to the end, best under another name that is renamed when it is complete`, 'Conflict');
  }

  return {
    ingest: ({ context, ...input }) =>
      steps.effect(
        context,
        ({ snapshot, cached }: { snapshot: Snapshot; cached: boolean }) => ({
          note: `${count(snapshot.rows)} rows, ${count(snapshot.series)} series, snapshot ${snapshot.digest.slice(0, 12)}`,
          unchanged: cached,
        }),
        async () => {
          const files = await tables.fingerprintSources(input);
          const { sources, frequency, horizon, folds } = input;
          const { value: snapshot, cached } = await steps.once('ingest', { sources, files: files.map(({ source, sha256 }) => ({ source, sha256 })), frequency, horizon, folds }, () =>
            withScratch(async (outFolder) => {
              const signal = cancellationSignal();
              const read = await tables.ingest({ ...input, outFolder, signal }).finally(() => refuseChanged(files, input));
              const sales = await artifacts.publishFile('raw', read.sales, parquetFile, signal);
              const texts = read.texts === undefined ? undefined : await artifacts.publishFile('raw', read.texts, parquetFile, signal);
              const facts = {
                sources: read.files,
                rows: read.rows,
                keptRows: read.keptRows,
                series: read.series,
                from: read.from,
                to: read.to,
              };
              const manifest = { ...facts, columns: read.columns, tables: { sales: sales.sha256, ...(texts && { texts: texts.sha256 }) } };
              return {
                digest: digestOf(manifest),
                manifest: await artifacts.publishJson('raw', manifest),
                sales,
                ...(texts && { texts }),
                ...facts,
              } satisfies Snapshot;
            }),
          );
          await snapshots.put(context.pipeline, snapshot);
          return { snapshot, cached };
        },
      ).then(({ snapshot }) => snapshot),

    validate: ({ context, snapshot, rules, now }: ValidateInput) => {
      const day = rules.some(({ rule }) => rule === 'freshness') ? now.slice(0, 10) : undefined;
      return steps.step(
        context,
        {
          activity: 'validate',
          parameters: { sales: snapshot.sales, rules, ...(day && { day }) },
          note: ({ passed, warnings }) => `${passed} rules hold${warnings > 0 ? `, ${warnings} warnings` : ''}`,
        },
        async () => {
          const sales = await artifacts.fetchFile(snapshot.sales, cancellationSignal());
          const outcomes = await tables.validateSales({ sales, rules, now, signal: cancellationSignal() });
          const broken = outcomes.filter(({ holds }) => !holds);
          const blocking = broken.filter(({ severity }) => severity === 'block');
          if (blocking.length > 0) {
            throw new ValidationBlocked(`the data break ${blocking.length === 1 ? 'a rule' : `${blocking.length} rules`} of the pipeline file: ${blocking.map(({ rule, found }) => `${rule} (${found})`).join('; ')}. Mend the source, or change the rule or its severity under \`validate\`.`);
          }
          return { report: await artifacts.publishJson('reports', { outcomes }), passed: outcomes.length - broken.length, warnings: broken.length };
        },
      );
    },

    clean: ({ context, snapshot, ...input }) => {
      const { top: _top, minHistory: _minHistory, ...cleaning } = input.cleaning;
      return steps.step(
        context,
        {
          activity: 'clean',
          parameters: { ...input, cleaning, sales: snapshot.sales },
          note: ({ series, periods, filled, outliers }) => `${count(series)} series × ${periods} periods, ${count(filled)} filled, ${count(outliers)} outliers`,
        },
        () =>
          withScratch(async (outFolder) => {
            const signal = cancellationSignal();
            const sales = await artifacts.fetchFile(snapshot.sales, signal);
            const { panel, report, ...facts } = await tables.clean({ ...input, sales, outFolder, signal });
            return { ...facts, panel: await artifacts.publishFile('primary', panel, parquetFile, signal), report: await artifacts.publishJson('reports', report) };
          }),
      );
    },

    buildFeatures: ({ context, panel, vectors, ...input }) =>
      steps.step(
        context,
        {
          activity: 'buildFeatures',
          parameters: { ...input, panel, ...(vectors && { vectors }) },
          note: ({ rows, columns, series }) => `${count(rows)} origins of ${count(series)} series, ${columns} columns`,
        },
        () =>
          withScratch(async (outFolder) => {
            const signal = cancellationSignal();
            const [panelFile, vectorsFile] = await Promise.all([artifacts.fetchFile(panel, signal), vectors && artifacts.fetchFile(vectors, signal)]);
            const built = await tables.buildOriginTable({ ...input, panel: panelFile, ...(vectorsFile !== undefined && { vectors: vectorsFile }), outFolder, signal });
            return {
              table: await artifacts.publishFile('features', built.table, parquetFile, signal),
              spec: await artifacts.publishJson('features', built.spec),
              cutoffs: built.cutoffs,
              rows: built.rows,
              series: built.series,
              columns: built.columns,
            };
          }),
      ),
  };
}
