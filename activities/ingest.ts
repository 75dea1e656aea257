import { ApplicationFailure, cancellationSignal } from '@temporalio/activity';
import type { DataActivities, IngestInput, Snapshot, SourceFile } from '../contracts/data.ts';
import type { Pipeline } from '../contracts/pipeline.schema.ts';
import { type ArtifactStore, parquetFile, type WithScratch } from './artifact-store.ts';
import { digestOf } from './digest.ts';
import { publishTable } from './publish-table.ts';
import type { StepRunner } from './step.ts';


type Fingerprints = readonly { readonly source: string; readonly uri: string; readonly sha256: string; readonly bytes: number }[];

export interface IngestTables {
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
}

export interface IngestDeps {
  readonly tables: IngestTables;
  readonly artifacts: ArtifactStore;
  readonly snapshots: { put(pipeline: string, snapshot: Snapshot): Promise<void> };
  readonly withScratch: WithScratch;
  readonly steps: StepRunner;
}

const count = (n: number): string => n.toLocaleString('en-GB');

/** Reads the sources of a pipeline file into a snapshot. */
export function createIngest({ tables, artifacts, snapshots, withScratch, steps }: IngestDeps): DataActivities['ingest'] {
  /** A file that is written to while it is read may give rows of two states, or half a row to complain about. */
  async function refuseChanged(before: Fingerprints, input: Pick<IngestInput, 'sources' | 'baseFolder'>): Promise<void> {
    const after = await tables.fingerprintSources(input);
    const changed = before.find(({ source, sha256 }) => after.some((now) => now.source === source && now.sha256 !== sha256));
    if (changed === undefined) return;
    // Unlike other conflicts this one passes by itself: the next attempt reads what is there then.
    throw ApplicationFailure.retryable(`sources.${changed.source}.uri ${changed.uri}: the file changed while it was read; let it be written to the end, best under another name that is renamed when it is complete`, 'Conflict');
  }


  return ({ context, ...input }) =>
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
          const sales = await publishTable(artifacts, 'raw', [{ from: read.from.slice(0, 10), rows: read.rows, file: read.sales }], signal);
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
  ).then(({ snapshot }) => snapshot);
}
