import { ApplicationFailure, cancellationSignal } from '@temporalio/activity';
import type { ArtifactRef } from '../contracts/artifacts.ts';
import type { IngestInput, SourceFile } from '../contracts/data.ts';
import { type ArtifactStore, parquetFile, type WithScratch } from './artifact-store.ts';
import { fileNumber } from './file-number.ts';
import type { IngestTables, ListedSource, ObtainedSource, Removed, ReviewCounts, SpanFacts } from './ingest-tables.ts';
import type { StepRunner } from './step.ts';

/** One span of rows as it is stored. */
export interface StoredSpan extends SpanFacts {
  /** ISO date of the first day. */
  readonly span: string;
  readonly part: ArtifactRef;
  readonly index: ArtifactRef;
  readonly identity?: ArtifactRef;
}

type Columns = readonly { readonly name: string; readonly type: string }[];

export interface SalesFile {
  readonly file: SourceFile & { readonly number: number };
  readonly columns: Columns;
  readonly keptRows: number;
  readonly spans: readonly StoredSpan[];
  readonly removed?: readonly Removed[];
  readonly versionKind?: 'number' | 'time';
}

export interface ProductsFile {
  readonly file: SourceFile & { readonly number: number };
  readonly listed: ListedSource;
  readonly columns: Columns;
  /** What the file says of each product: see `readProducts` of the adapter. */
  readonly facts: ArtifactRef;
}

export interface ReviewsFile {
  readonly file: SourceFile & { readonly number: number };
  readonly columns: Columns;
  readonly counts: ReviewCounts;
  readonly reviews: ArtifactRef;
}

export interface ReadDeps {
  readonly tables: IngestTables;
  readonly artifacts: ArtifactStore;
  readonly withScratch: WithScratch;
  readonly steps: StepRunner;
}

/** A listed file whose content is known, and on the local disk as soon as somebody asks. */
export interface KnownFile {
  readonly listed: ListedSource;
  readonly sha256: string;
  readonly bytes: number;
  readonly number: number;
  /** The local file; obtained once. */
  path(): Promise<string>;
}

/** Reads what the cache does not have of the files of a pipeline's sources: the units of work that `ingest` consists of. */
export function createFileReader({ tables, artifacts, withScratch, steps }: ReadDeps, input: Omit<IngestInput, 'context'>, downloads: string) {
  const { sources, frequency, now } = input;

  /** What a file holds. One that lies elsewhere is not fetched again while its version is one that was fetched before. */
  async function know(listed: ListedSource): Promise<KnownFile> {
    let here: Promise<ObtainedSource> | undefined;
    const obtain = (): Promise<ObtainedSource> => (here ??= tables.obtain(listed, { folder: downloads, signal: cancellationSignal() }));
    const content = async () => {
      const { sha256, bytes } = await obtain();
      return { sha256, bytes };
    };
    const { uri, version, at, partition } = listed;
    const { sha256, bytes } = at.place === 'local' ? await content() : (await steps.once('obtainSource', { uri, version, at }, content)).value;
    return {
      listed, sha256, bytes, number: fileNumber({ sha256, ...(partition && { partition }) }),
      async path() {
        const obtained = await obtain();
        if (obtained.sha256 !== sha256) throw changed(listed);
        return obtained.path;
      },
    };
  }

  /** A file that is written to while it is read may give rows of two states, or half a row to complain about. */
  async function guarded<T>(files: readonly KnownFile[], work: () => Promise<T>): Promise<T> {
    const outcome = await work().then((value) => ({ value }), (error: unknown) => ({ error }));
    for (const file of files) if (await tables.hasChanged({ path: await file.path(), sha256: file.sha256 })) throw changed(file.listed);
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }

  const local = async ({ listed: { uri, partition }, path }: KnownFile) => ({ uri, path: await path(), ...(partition && { partition }) });
  const content = ({ sha256, listed: { partition } }: KnownFile) => ({ sha256, ...(partition && { partition }) });
  const sourceFile = ({ listed: { source, uri }, sha256, bytes, number }: KnownFile, rows: number) => ({ source, uri, sha256, bytes, number, rows });

  /** What the rates do to a file: rates that are added every day must not let every file be read again. */
  async function ratesFor(file: KnownFile, rates: readonly KnownFile[], shape: object): Promise<string> {
    if (rates.length === 0) return '';
    const { value: until } = await steps.once('newestTime', { file: content(file), sales: shape }, () =>
      guarded([file], () => withScratch(async (outFolder) => tables.newestTime({ file: await local(file), sales: sources.sales, outFolder, signal: cancellationSignal() }))));
    return guarded(rates, () => withScratch(async (outFolder) =>
      tables.ratesDigest({ files: await Promise.all(rates.map(local)), sales: sources.sales, until, outFolder, signal: cancellationSignal() })));
  }

  async function readSales(file: KnownFile, rates: readonly KnownFile[]): Promise<SalesFile> {
    const { uri: _uri, s3: _s3, postgres: _postgres, ...shape } = sources.sales;
    const { value } = await steps.once('readSource', { file: content(file), sales: shape, rates: await ratesFor(file, rates, shape), frequency }, () =>
      guarded([file, ...rates], () => withScratch(async (outFolder) => {
        const signal = cancellationSignal();
        const read = await tables.readSource({
          file: await local(file), number: file.number, sales: sources.sales, rates: await Promise.all(rates.map(local)), frequency, now, outFolder, signal,
        });
        const spans: StoredSpan[] = [];
        for (const { identity, ...span } of read.spans) {
          spans.push({ ...(await storeSpan(artifacts, span, span.span, signal)), ...(identity !== undefined && { identity: await artifacts.publishFile('raw', identity, parquetFile, signal) }) });
        }
        return { ...read, spans };
      })));
    const { rows, ...rest } = value;
    return { ...rest, file: sourceFile(file, rows) };
  }

  /** @param sales the same file as one of the sales, where it holds both */
  async function readProducts(file: KnownFile, sales: SalesFile | undefined): Promise<ProductsFile | undefined> {
    const { products, sales: { normalizeSeries } } = sources;
    if (products === undefined) return undefined;
    const { uri: _uri, s3: _s3, postgres: _postgres, ...shape } = products;
    const parts = sales?.spans.map(({ part }) => part) ?? [];
    const { value } = await steps.once('readProducts', { file: content(file), products: shape, normalizeSeries, parts }, () =>
      guarded([file], () => withScratch(async (outFolder) => {
        const signal = cancellationSignal();
        const salesParts: string[] = [];
        for (const part of parts) salesParts.push(await artifacts.fetchFile(part, signal));
        const { facts, ...read } = await tables.readProducts({ file: await local(file), products, normalizeSeries, salesParts, outFolder, signal });
        return { ...read, facts: await artifacts.publishFile('raw', facts, parquetFile, signal) };
      })));
    return { columns: value.columns, facts: value.facts, listed: file.listed, file: sourceFile(file, value.rows) };
  }

  async function readReviews(file: KnownFile): Promise<ReviewsFile | undefined> {
    const { reviews, sales: { normalizeSeries, timezone, recordedIn } } = sources;
    if (reviews === undefined) return undefined;
    const { uri: _uri, s3: _s3, postgres: _postgres, ...shape } = reviews;
    const zones = { ...(timezone !== undefined && { timezone }), ...(recordedIn !== undefined && { recordedIn }) };
    const { value } = await steps.once('readReviews', { file: content(file), reviews: shape, normalizeSeries, zones }, () =>
      guarded([file], () => withScratch(async (outFolder) => {
        const signal = cancellationSignal();
        const read = await tables.readReviews({ file: await local(file), number: file.number, reviews, normalizeSeries, zones, now, outFolder, signal });
        const { reviews: path, columns, ...counts } = read;
        return { columns, counts, reviews: await artifacts.publishFile('raw', path, parquetFile, signal) };
      })));
    return { ...value, file: sourceFile(file, value.counts.rows) };
  }

  return { know, readSales, readProducts, readReviews, sourceFile };
}

/** Publishes the files of a span. */
export async function storeSpan(artifacts: ArtifactStore, { part, index, ...facts }: SpanFacts & { readonly part: string; readonly index: string }, span: string, signal: AbortSignal): Promise<StoredSpan> {
  return { ...facts, span, part: await artifacts.publishFile('raw', part, parquetFile, signal), index: await artifacts.publishFile('raw', index, parquetFile, signal) };
}

function changed({ source, uri }: ListedSource): ApplicationFailure {
  // Unlike other conflicts this one passes by itself: the next attempt reads what is there then.
  return ApplicationFailure.retryable(`sources.${source}.uri ${uri}: the file changed while it was read; let it be written to the end, best under another name that is renamed when it is complete`, 'Conflict');
}
