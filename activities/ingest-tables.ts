import type { PartFacts } from '../contracts/data.ts';
import type { Pipeline } from '../contracts/pipeline.schema.ts';

// What reading sources takes of whoever moves rows; `adapters/duckdb` satisfies it by shape.

/** A file of the sources as it is listed, before it is read. */
export interface ListedSource {
  readonly source: 'sales' | 'products' | 'reviews' | 'rates';
  readonly uri: string;
  readonly bytes?: number;
  /** Changes when the content may have changed. */
  readonly version: string;
  readonly partition?: Readonly<Record<string, string>>;
  readonly at: { readonly place: string };
}

export interface MediaName {
  readonly file: number;
  readonly name: string;
}

/** What reading a file of reviews found. */
export interface ReviewCounts {
  readonly rows: number;
  /** Rows that the filters keep. */
  readonly wanted: number;
  /** Of those, rows without a key or a time: left out. */
  readonly unusable: number;
  /** Of the others, ratings that are no number: left empty. */
  readonly unreadableRatings: number;
}

export interface ObtainedSource {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

interface FileToRead {
  readonly uri: string;
  readonly path: string;
  readonly partition?: Readonly<Record<string, string>>;
}

export interface SpanFacts extends PartFacts {
  /** ISO timestamps of the first and last kept row. */
  readonly from?: string;
  readonly to?: string;
  /** Days with kept rows, since 1970-01-01. */
  readonly days: readonly number[];
}

/** A span of rows as files on the local disk. */
export interface WrittenSpan extends SpanFacts {
  readonly part: string;
  readonly index: string;
}

export interface Removed {
  readonly by: string;
  readonly rows: number;
}

type Columns = readonly { readonly name: string; readonly type: string }[];

/** A file that a table names, as it is right now. */
export interface LocatedMedia {
  readonly address: string;
  /** Changes when the content may have changed. */
  readonly version: string;
  readonly at: { readonly place: string };
}

/** A file on the local disk and what it is; a copy is the caller's, to be removed. */
export type ObtainedMedia = { readonly path: string; readonly isCopy: boolean; readonly mediaType: string; readonly extension: string } | { readonly problem: string };

/** What was read of a products file: path, see `readProducts` of the adapter. */
interface ProductFacts {
  readonly uri: string;
  readonly facts: string;
}

interface Call {
  readonly outFolder: string;
  readonly signal: AbortSignal;
}

export interface IngestTables<Listed extends ListedSource = ListedSource, Located extends LocatedMedia = LocatedMedia> {
  listSources(request: { sources: Pipeline['sources']; baseFolder: string; signal: AbortSignal }): Promise<readonly Listed[]>;
  obtain(file: Listed, to: { folder: string; signal: AbortSignal }): Promise<ObtainedSource>;
  /** Whether the file holds other bytes than it did. */
  hasChanged(file: Pick<ObtainedSource, 'path' | 'sha256'>): Promise<boolean>;
  /** The newest time in a sales file as ISO timestamp; empty without one. */
  newestTime(request: Call & { file: FileToRead; sales: Pipeline['sources']['sales'] }): Promise<string>;
  /** A digest of the rates that hold up to that time. */
  ratesDigest(request: Call & { files: readonly FileToRead[]; sales: Pipeline['sources']['sales']; until: string }): Promise<string>;
  readSource(request: Call & { file: FileToRead; number: number; sales: Pipeline['sources']['sales']; rates: readonly FileToRead[]; frequency: Pipeline['frequency']; now: string }): Promise<{
    readonly columns: Columns;
    readonly rows: number;
    readonly keptRows: number;
    /** Oldest first; `span` is the ISO date of the first day. */
    readonly spans: readonly (WrittenSpan & { readonly span: string; readonly identity?: string })[];
    readonly removed?: readonly Removed[];
    readonly versionKind?: 'number' | 'time';
  }>;
  readProducts(request: Call & { file: FileToRead; products: NonNullable<Pipeline['sources']['products']>; normalizeSeries: boolean; salesParts: readonly string[] }): Promise<{
    readonly rows: number;
    readonly columns: Columns;
    readonly facts: string;
  }>;
  readReviews(request: Call & {
    file: FileToRead;
    number: number;
    reviews: NonNullable<Pipeline['sources']['reviews']>;
    normalizeSeries: boolean;
    zones: Pick<Pipeline['sources']['sales'], 'timezone' | 'recordedIn'>;
    now: string;
  }): Promise<ReviewCounts & { readonly columns: Columns; readonly reviews: string }>;
  /** Names of media of the series and of products never sold, each once; `file`: place among the files. */
  mediaNames(request: { files: readonly ProductFacts[]; indexes: readonly string[]; isComposite: boolean; signal: AbortSignal }): Promise<readonly MediaName[]>;
  /** In the order of the names. */
  locateMedia(request: {
    names: readonly MediaName[];
    tables: readonly Listed[];
    media: NonNullable<Pipeline['sources']['products']>['media'];
    s3?: NonNullable<NonNullable<Pipeline['sources']['products']>['s3']>;
    baseFolder: string;
    signal: AbortSignal;
  }): Promise<readonly (Located | { readonly problem: string })[]>;
  obtainMedia(file: Located, to: { folder: string; signal: AbortSignal }): Promise<ObtainedMedia>;
  /** Rows that lose their key to a row of another file, by span. */
  findSuperseded(request: Call & { files: readonly { number: number; rows: number; identities: readonly string[] }[]; hasVersion: boolean }): Promise<readonly { readonly span: string; readonly rows: number; readonly file: string }[]>;
  mergeSpan(request: Call & { files: readonly { number: number; part: string; identity?: string }[]; lost?: string; sales: Pipeline['sources']['sales']; frequency: Pipeline['frequency']; span: string }): Promise<WrittenSpan>;
  joinSpans(request: Call & Pick<Pipeline, 'sources' | 'frequency' | 'horizon'> & {
    folds: number;
    step?: number;
    gap?: number;
    spans: readonly (SpanFacts & { index: string })[];
    products: readonly ProductFacts[];
    /** Path of JSON lines `file, name, uri, sha256, bytes, problem`. */
    media?: string;
    reviews: readonly string[];
    removed: readonly Removed[];
  }): Promise<{
    readonly rows: number;
    readonly keptRows: number;
    readonly series: number;
    readonly from: string;
    readonly to: string;
    readonly texts?: string;
    readonly media?: string;
    readonly statics?: string;
    readonly reviews?: string;
    readonly products?: string;
  }>;
}
