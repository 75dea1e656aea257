import { basename } from 'node:path';
import type { Duckdb } from '../../../../adapters/duckdb/create-duckdb.ts';
import { createIngest } from '../../../../activities/ingest.ts';
import type { IngestInput, Snapshot } from '../../../../contracts/data.ts';
import { fetchParts } from '../../../../contracts/table-parts.ts';
import { at, attempt, type surroundings } from '../../../activities/surroundings.ts';

export type Surroundings = ReturnType<typeof surroundings>;

/** A snapshot whose tables lie on the local disk. */
export interface LocalSnapshot {
  readonly snapshot: Snapshot;
  /** Paths of the parts, oldest first. */
  readonly sales: readonly string[];
  readonly texts?: string;
  readonly media?: string;
  readonly statics?: string;
  readonly reviews?: string;
  readonly products?: string;
  /** What the step says of itself. */
  readonly note: string;
}

/** What was done for an ingestion, in order: `read sales.csv`, `merge 2024-01-01`, … */
export type Journal = string[];

/** Runs `ingest` as a worker would, over memory twins. */
export async function ingestLocally(duckdb: Duckdb, given: Surroundings, input: Omit<IngestInput, 'context'>, journal: Journal = []): Promise<LocalSnapshot> {
  const { artifacts, steps, withScratch, database } = given;
  const ingest = createIngest({ tables: noting(duckdb, journal), artifacts, steps, withScratch, snapshots: database.snapshots });
  const snapshot = await attempt(() => ingest({ context: at('ingest'), ...input }));
  return {
    snapshot,
    sales: await fetchParts(artifacts, snapshot.sales),
    note: (await database.steps.list('run-1')).find(({ step }) => step === 'ingest')?.note ?? '',
    ...(snapshot.texts && { texts: await artifacts.fetchFile(snapshot.texts) }),
    ...(snapshot.media && { media: await artifacts.fetchFile(snapshot.media) }),
    ...(snapshot.statics && { statics: await artifacts.fetchFile(snapshot.statics) }),
    ...(snapshot.reviews && { reviews: await artifacts.fetchFile(snapshot.reviews) }),
    ...(snapshot.products && { products: await artifacts.fetchFile(snapshot.products) }),
  };
}

/** The adapter, with what it does for an ingestion written down. */
export function noting(duckdb: Duckdb, journal: Journal): Duckdb {
  return {
    ...duckdb,
    readSource: (request) => (journal.push(`read ${request.file.uri}`), duckdb.readSource(request)),
    readProducts: (request) => (journal.push(`read products ${request.file.uri}`), duckdb.readProducts(request)),
    readReviews: (request) => (journal.push(`read reviews ${request.file.uri}`), duckdb.readReviews(request)),
    obtainMedia: (file, to) => (journal.push(`read media ${basename(file.address)}`), duckdb.obtainMedia(file, to)),
    mergeSpan: (request) => (journal.push(`merge ${request.span}`), duckdb.mergeSpan(request)),
    obtain: (file, to) => (journal.push(`obtain ${file.uri}`), duckdb.obtain(file, to)),
  };
}
