import { join } from 'node:path';
import { cancellationSignal } from '@temporalio/activity';
import type { ArtifactRef } from '../contracts/artifacts.ts';
import type { DataActivities, IngestInput, SalesPart, Snapshot, SnapshotManifest, SourceFile } from '../contracts/data.ts';
import { BadInput } from '../contracts/failure.ts';
import { type ArtifactStore, parquetFile, type WithScratch } from './artifact-store.ts';
import { artifactsIn, digestOf } from './digest.ts';
import { fullDisk } from './full-disk.ts';
import type { IngestTables } from './ingest-tables.ts';
import { mergeSpans } from './merge-spans.ts';
import { profileSales, type ProfileTables } from './profile-sales.ts';
import { publishParts } from './publish-table.ts';
import { createFileReader, type KnownFile, type ProductsFile, type ReviewsFile, type SalesFile, type StoredSpan } from './read-files.ts';
import { digestOfOutcomes, type MediaOutcome, readMedia, writeOutcomes } from './read-media.ts';
import type { Cached, StepRunner } from './step.ts';

export interface IngestDeps {
  readonly tables: IngestTables & ProfileTables;
  readonly artifacts: ArtifactStore;
  readonly snapshots: { put(pipeline: string, snapshot: Snapshot): Promise<void> };
  readonly withScratch: WithScratch;
  readonly steps: StepRunner;
}

const count = (n: number): string => n.toLocaleString('en-GB');

/** Everything that a snapshot is put together from. */
interface Ingredients {
  readonly spans: readonly StoredSpan[];
  readonly sales: readonly SalesFile[];
  readonly products: readonly ProductsFile[];
  readonly media: readonly MediaOutcome[];
  readonly reviews: readonly ReviewsFile[];
  /** As the manifest lists them. */
  readonly sources: readonly SourceFile[];
}

/**
 * Reads the sources of a pipeline file into a snapshot. Every file is a unit of its own, cached by what it holds, and so is every span that
 * rows of several files are merged in; the manifest, and with it the snapshot, comes last. A killed attempt leaves no snapshot, and the next
 * one goes on at the file that was being read.
 */
export function createIngest(deps: IngestDeps): DataActivities['ingest'] {
  const { tables, artifacts, snapshots, withScratch, steps } = deps;

  async function collect(input: Omit<IngestInput, 'context'>, downloads: string): Promise<Ingredients> {
    const { sources, baseFolder } = input;
    const listed = await tables.listSources({ sources, baseFolder, signal: cancellationSignal() });
    const reader = createFileReader(deps, input, downloads);
    const known: KnownFile[] = [];
    for (const file of listed) known.push(await reader.know(file));
    const of = (source: SourceFile['source']): KnownFile[] => known.filter((file) => file.listed.source === source);

    const rates = of('rates');
    const sales: SalesFile[] = [];
    for (const file of of('sales')) sales.push(await reader.readSales(file, rates));
    const distinct = withoutCopies(sales, input);
    const products: ProductsFile[] = [];
    for (const file of of('products')) {
      const read = await reader.readProducts(file, distinct.find((one) => one.file.number === file.number));
      if (read !== undefined) products.push(read);
    }
    const reviews: ReviewsFile[] = [];
    for (const file of distinctReviews(of('reviews'))) {
      const read = await reader.readReviews(file);
      if (read !== undefined) reviews.push(read);
    }
    const spans = await mergeSpans(deps, input, distinct);
    return {
      spans, sales: distinct, products, reviews, media: await readMedia(deps, input, products, spans),
      sources: [...sales, ...products, ...reviews].map(({ file }) => file).concat(rates.map((file) => reader.sourceFile(file, 0))),
    };
  }

  async function assemble({ sources, frequency, horizon, folds, step, gap }: IngestInput, { spans, sales, products, media, reviews, sources: files }: Ingredients): Promise<Cached<Snapshot>> {
    const removed = sales.flatMap((file) => file.removed ?? []);
    const backtest = { frequency, horizon, folds, ...(step !== undefined && { step }), ...(gap !== undefined && { gap }) };
    const parameters = { sources, ...backtest, files, spans, products: products.map(({ facts }) => facts), media: await digestOfOutcomes(media), reviews: reviews.map((file) => file.reviews), removed };
    return steps.once('ingest', parameters, () => withScratch(async (outFolder): Promise<Snapshot> => {
      const signal = cancellationSignal();
      const local: (StoredSpan & { readonly path: string })[] = [];
      for (const span of spans) local.push({ ...span, path: await artifacts.fetchFile(span.index, signal) });
      const told: { uri: string; facts: string }[] = [];
      for (const file of products) told.push({ uri: file.file.uri, facts: await artifacts.fetchFile(file.facts, signal) });
      const opinions: string[] = [];
      for (const file of reviews) opinions.push(await artifacts.fetchFile(file.reviews, signal));
      const joined = await tables.joinSpans({
        sources, ...backtest, removed, products: told, reviews: opinions, ...(media.length > 0 && { media: await writeOutcomes(media, join(outFolder, 'media.jsonl')) }), spans: local.map(({ path, ...span }) => ({ ...span, index: path })), outFolder, signal,
      });
      const published = {
        sales: await publishParts(artifacts, 'raw', spans.map(({ span, rows, part }) => ({ from: span, rows, file: part }))),
        ...(await publishBeside(artifacts, joined, signal)),
      };
      const { rows, keptRows, series, from, to } = joined;
      const facts = { sources: files, rows, keptRows, series, from, to };
      const { texts, media: mediaTable, statics, reviews: reviewTable } = joined;
      const beside = { ...(texts !== undefined && { texts }), ...(mediaTable !== undefined && { media: mediaTable }), ...(statics !== undefined && { statics }), ...(reviewTable !== undefined && { reviews: reviewTable }) };
      const profile = await profileSales({ tables, artifacts, steps }, { parts: spans.map(({ part }) => part), beside, sources, frequency, series });
      const manifest: SnapshotManifest = {
        ...facts, parts: spans.map(partOf),
        columns: { sales: columnsOf(sales), ...(products.length > 0 && { products: columnsOf(products) }), ...(reviews.length > 0 && { reviews: columnsOf(reviews) }) },
        tables: Object.fromEntries(Object.entries(published).map(([name, ref]) => [name, ref.sha256])) as SnapshotManifest['tables'],
      };
      return { digest: digestOf(manifest), manifest: await artifacts.publishJson('raw', manifest), ...published, profile, ...facts };
    }));
  }

  return ({ context, ...input }) =>
    steps.effect(
      context,
      ({ made: { value: snapshot, cached }, besides }: Made) => ({
        note: [`${count(snapshot.rows)} rows`, `${count(snapshot.series)} series`, ...besides, `snapshot ${snapshot.digest.slice(0, 12)}`].join(', '),
        unchanged: cached,
        outputs: artifactsIn(snapshot),
      }),
      async (): Promise<Made> => {
        try {
          return await withScratch(async (downloads) => {
            const found = await collect(input, downloads);
            const made = await assemble({ context, ...input }, found);
            await snapshots.put(context.pipeline, made.value);
            return { made, besides: besidesOf(found) };
          });
        } catch (error) {
          throw fullDisk(error) ?? error;
        }
      },
    ).then(({ made }) => made.value);
}

interface Made {
  readonly made: Cached<Snapshot>;
  /** What else the note of the step says. */
  readonly besides: readonly string[];
}

/** What was read besides the sales, with what of it is of no use. */
function besidesOf({ reviews, media }: Ingredients): readonly string[] {
  const sum = (of: (file: ReviewsFile) => number): number => reviews.reduce((total, file) => total + of(file), 0);
  const [wanted, unusable, unreadable] = [sum(({ counts }) => counts.wanted), sum(({ counts }) => counts.unusable), sum(({ counts }) => counts.unreadableRatings)];
  const flaws = [...(unusable > 0 ? [`${count(unusable)} without a product or a date left out`] : []), ...(unreadable > 0 ? [`${count(unreadable)} ratings can't be read`] : [])];
  const lost = media.filter((outcome) => 'problem' in outcome).length;
  return [
    ...(reviews.length === 0 ? [] : [`${count(wanted - unusable)} reviews${flaws.length === 0 ? '' : ` (${flaws.join('; ')})`}`]),
    ...(media.length === 0 ? [] : [`${count(media.length)} media files${lost === 0 ? '' : ` (${count(lost)} can't be had)`}`]),
  ];
}

/** Publishes the tables beside the sales. */
async function publishBeside(artifacts: ArtifactStore, joined: Readonly<Partial<Record<(typeof besideSales)[number], string>>>, signal: AbortSignal): Promise<Pick<Snapshot, (typeof besideSales)[number]>> {
  const published: Partial<Record<(typeof besideSales)[number], ArtifactRef>> = {};
  for (const table of besideSales) {
    const path = joined[table];
    if (path !== undefined) published[table] = await artifacts.publishFile('raw', path, parquetFile, signal);
  }
  return published;
}
const besideSales = ['texts', 'media', 'statics', 'reviews', 'products'] as const;

/** A review in a file that is there twice would count twice. */
function distinctReviews(files: readonly KnownFile[]): readonly KnownFile[] {
  for (const [i, file] of files.entries()) {
    const first = files.slice(0, i).find(({ number }) => number === file.number);
    if (first !== undefined) throw new BadInput(`${file.listed.uri} holds the same bytes as ${first.listed.uri}, so that every review in it would count twice; take one of them away`);
  }
  return files;
}

/** A file that is there twice is the same rows: they count once where that was asked for, and are refused where each line is a sale. */
function withoutCopies(files: readonly SalesFile[], { sources: { sales } }: Pick<IngestInput, 'sources'>): readonly SalesFile[] {
  return files.filter((file, i) => {
    const first = files.slice(0, i).find((other) => other.file.number === file.file.number);
    if (first !== undefined && file.file.rows > 0 && sales.duplicates === 'keep' && sales.key === undefined) {
      throw new BadInput(`${file.file.uri} holds the same bytes as ${first.file.uri}, so that every sale in it would count twice; take one of them away, or set sources.sales.duplicates: drop`);
    }
    return first === undefined;
  });
}

function partOf({ span, part, rows, keptRows, firstSeries, lastSeries, firstTime, lastTime }: StoredSpan): SalesPart {
  return {
    from: span, rows, keptRows, sha256: part.sha256,
    ...(firstSeries !== undefined && { firstSeries }), ...(lastSeries !== undefined && { lastSeries }), ...(firstTime !== undefined && { firstTime }), ...(lastTime !== undefined && { lastTime }),
  };
}

/** Every column that one of the files has, as the first of them has it. */
function columnsOf(files: readonly Pick<SalesFile, 'columns'>[]): readonly { readonly name: string; readonly type: string }[] {
  const columns = files.flatMap((file) => file.columns);
  return columns.filter(({ name }, i) => columns.findIndex((other) => other.name === name) === i);
}
