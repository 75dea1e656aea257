import type { ArtifactRef } from './artifacts.ts';
import type { ModalityVectors, ReviewVectors } from './embedding.ts';
import type { Pipeline, ValidationRule } from './pipeline.schema.ts';
import type { StepContext } from './steps.ts';
import type { FeatureSet } from './features.ts';

export interface SourceFile {
  readonly source: 'sales' | 'products' | 'reviews' | 'rates';
  /** As the user wrote it, or the address of one of the files that a pattern, a folder or a query stands for. */
  readonly uri: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly rows: number;
  /**
   * What rows call the file: a number below 2^48, taken from its bytes and folder values alone (see `fileNumber`), so that it stays the same
   * when files are added, moved or renamed. Snapshots of older versions have none; their rows count files from 0 in this order.
   */
  readonly number?: number;
}

/**
 * An immutable dataset version. `sales` is a table in parts (see `TableParts`), every part sorted by (series, time, file, row):
 * `series VARCHAR, time TIMESTAMP (local time of the business), target DOUBLE, price DOUBLE, stock DOUBLE (NULL without one), returned BOOLEAN,
 * kept BOOLEAN, file UBIGINT (`number` of the source file), row UBIGINT (1-based in its file)`, then one VARCHAR column per declared level. Every row
 * of the sources is present; `kept` tells whether it counts: the filters keep it, and no newer version of it or duplicate before it exists.
 * `texts`, `media` and `statics` hold the series, and where a series is one product (its key has one part) the products that were never sold too; all
 * are sorted by series. `texts` is Parquet `series VARCHAR, text VARCHAR, known_from TIMESTAMP`; `media` is `series VARCHAR, modality VARCHAR ('image',
 * 'audio', 'video'), known_from TIMESTAMP, name VARCHAR (as written), uri VARCHAR, sha256 VARCHAR, bytes UBIGINT (of the file's artifact; NULL where
 * it can't be had), problem VARCHAR (why; NULL where all is well)`; `statics` is `series VARCHAR, known_from TIMESTAMP`, then one VARCHAR column per
 * attribute. `reviews` is `series VARCHAR, known_from TIMESTAMP, text VARCHAR, rating DOUBLE, file UBIGINT, row UBIGINT`, sorted by (series, known_from,
 * file, row). `products` is Parquet `key VARCHAR`: the keys of the products source.
 */
export interface Snapshot {
  /** SHA-256 of the manifest's canonical JSON. */
  readonly digest: string;
  readonly manifest: ArtifactRef;
  readonly sales: ArtifactRef;
  readonly texts?: ArtifactRef;
  readonly media?: ArtifactRef;
  readonly statics?: ArtifactRef;
  readonly reviews?: ArtifactRef;
  readonly products?: ArtifactRef;
  /** JSON of `TableProfile` (contracts/profile.ts); older snapshots have none. Not part of the digest. */
  readonly profile?: ArtifactRef;
  /** Files of the sales source first; those of one source in the order that their addresses sort in. */
  readonly sources: readonly SourceFile[];
  readonly rows: number;
  readonly keptRows: number;
  readonly series: number;
  /** ISO timestamps of the first and last kept row. */
  readonly from: string;
  readonly to: string;
}

/** What is known of the rows of a part besides the rows. */
export interface PartFacts {
  readonly rows: number;
  readonly keptRows: number;
  /** Range of the sort key; absent where no row has a series. */
  readonly firstSeries?: string;
  readonly lastSeries?: string;
  /** ISO timestamps; absent where no row has a time. */
  readonly firstTime?: string;
  readonly lastTime?: string;
}

/** One part of a snapshot's sales, as its manifest lists it: which rows it holds, and the digest that they can be checked by. */
export interface SalesPart extends PartFacts {
  /** ISO date of the first day of the span. */
  readonly from: string;
  /** Of the part's Parquet file. */
  readonly sha256: string;
}

/** The manifest of a snapshot: its canonical JSON is what the snapshot's digest is of. */
export interface SnapshotManifest extends Omit<Snapshot, 'digest' | 'manifest' | 'sales' | 'texts' | 'media' | 'statics' | 'reviews' | 'products' | 'profile'> {
  /** Columns of the source files as they were found, by source. */
  readonly columns: Readonly<Record<string, readonly { readonly name: string; readonly type: string }[]>>;
  readonly parts: readonly SalesPart[];
  /** Digests of the tables. */
  readonly tables: { readonly sales: string; readonly texts?: string; readonly media?: string; readonly statics?: string; readonly reviews?: string; readonly products?: string };
}

export interface IngestInput {
  readonly context: StepContext;
  readonly sources: Pipeline['sources'];
  /** Folder that relative URIs of the pipeline file start from. */
  readonly baseFolder: string;
  readonly frequency: Pipeline['frequency'];
  readonly horizon: number;
  readonly folds: number;
  /** As in `evaluate` of the pipeline file, for how long a history must be. */
  readonly step?: number;
  readonly gap?: number;
  /** ISO date of the run's start; later rows are refused as future dates. Not part of the cache key. */
  readonly now: string;
}

/** A row of a snapshot by its place in the sources. */
export interface RowAddress {
  /** `number` of the source file. */
  readonly file: number;
  /** 1-based number of the data row in that file. */
  readonly row: number;
}

export interface RuleOutcome {
  /** The rule in words: `target range ≥ 0`. */
  readonly rule: string;
  /** Its kind in the pipeline file: `range`. */
  readonly kind: ValidationRule['rule'];
  /** The column it is about; several are joined by commas. Absent for rules about the whole. */
  readonly column?: string;
  readonly severity: 'warn' | 'block';
  readonly holds: boolean;
  /** What was seen, in words with figures. */
  readonly found: string;
  /** Rows that break the rule; 0 where a rule is about the whole. */
  readonly broken: number;
  /** Rows that were looked at: the kept ones. */
  readonly rows: number;
  /** The first rows that break it, at most five, in the order of files and rows. */
  readonly examples: readonly RowAddress[];
}

/** Figures of the kept rows, for those who watch data quality elsewhere. */
export interface SalesMetrics {
  readonly rows: number;
  /** By column of the snapshot. */
  readonly columns: Readonly<Record<string, ColumnMetrics>>;
}

export interface ColumnMetrics {
  /** SQL type. */
  readonly type: string;
  readonly nullCount: number;
  /** Values that are there. */
  readonly count: number;
  /** Of text columns. */
  readonly distinctCount?: number;
  /** Of number columns with a value. */
  readonly sum?: number;
  readonly min?: number;
  readonly max?: number;
}

/** The report artifact of the step. */
export interface ValidationReport {
  readonly outcomes: readonly RuleOutcome[];
  readonly metrics: SalesMetrics;
}

export interface ValidateInput {
  readonly context: StepContext;
  readonly snapshot: Snapshot;
  readonly rules: Pipeline['validate'];
  readonly frequency: Pipeline['frequency'];
  readonly now: string;
}
export interface ValidateResult {
  /** JSON of {@link ValidationReport}. */
  readonly report: ArtifactRef;
  readonly passed: number;
  readonly warnings: number;
}

/** What the rules of a run's pipeline file found, as it is kept and shown. */
export interface RunValidation {
  readonly runId: string;
  readonly pipeline: string;
  /** Digest of the snapshot. */
  readonly snapshot: string;
  /** In the order of the pipeline file. */
  readonly outcomes: readonly RuleOutcome[];
}

export interface CleanInput {
  readonly context: StepContext;
  readonly snapshot: Snapshot;
  readonly cleaning: Pipeline['cleaning'];
  readonly frequency: Pipeline['frequency'];
  readonly horizon: number;
  readonly folds: number;
  /** As in `evaluate` of the pipeline file, for how long a history must be. */
  readonly step?: number;
  readonly gap?: number;
  /** Rows after this ISO date are not seen by the run at all. */
  readonly cutoff?: string;
}

/**
 * The regular grid of complete periods, from each series' first sale on: a table in parts, every part sorted by (series, ds):
 * `series VARCHAR, ds DATE (first day of the period), y_raw DOUBLE (what was sold; NULL where that is unknown or the shop was closed),
 * y DOUBLE (cleaned and filled from past values; NULL where it stays unknown), price DOUBLE (last known), touched UTINYINT (see
 * `domain/cleaning/touched.ts`), lines UINTEGER, largest DOUBLE, age INTEGER (periods since the first sale), since_sale INTEGER (periods since
 * the last one, NULL before any), known INTEGER and total DOUBLE (number and sum of the values of y so far that were not filled), stock DOUBLE
 * (last known; NULL without one)`. `ds` is a TIMESTAMP for hours. A part depends on nothing after its last period.
 */
export interface CleanResult {
  readonly panel: ArtifactRef;
  /** JSON report: how many cells were touched by which rule, and the largest of them; every touched cell stands in the panel. */
  readonly report: ArtifactRef;
  readonly series: number;
  readonly periods: number;
  readonly filled: number;
  readonly outliers: number;
  readonly droppedRows: number;
  /** Parts of the panel that were made for this run; the others were there already. */
  readonly madeParts: number;
  readonly parts: number;
  /** First days of the first and last complete period. */
  readonly from: string;
  readonly to: string;
}

export interface FeaturesInput {
  readonly context: StepContext;
  readonly panel: ArtifactRef;
  /** In the order of `modalities`; absent ones have no columns. */
  readonly modalities?: readonly ModalityVectors[];
  readonly reviews?: ReviewVectors;
  readonly frequency: Pipeline['frequency'];
  readonly horizon: number;
  readonly folds: number;
  /** As in `evaluate` of the pipeline file; absent are its defaults. They become part of the cutoffs. */
  readonly step?: number;
  readonly gap?: number;
  readonly window?: Pipeline['evaluate']['window'];
  readonly minHistory: number;
  readonly top?: number;
  /** How missing values were filled (`cleaning.missing.method`): `linear` draws the line through a gap as soon as it has closed. */
  readonly missing?: Pipeline['cleaning']['missing']['method'];
}

/** Activities on the `data` queue. All are steps: cached by digest. */
export interface DataActivities {
  ingest(input: IngestInput): Promise<Snapshot>;
  validate(input: ValidateInput): Promise<ValidateResult>;
  clean(input: CleanInput): Promise<CleanResult>;
  buildFeatures(input: FeaturesInput): Promise<FeatureSet>;
}
/** One row of a source file as its snapshot has it: its address is file and row. */
export interface SourceRow {
  /** Address of the source file; empty where the snapshot does not tell. */
  readonly file: string;
  /** 1-based number of the data row in the source file. */
  readonly row: number;
  /** Empty where the file has none. */
  readonly time: string;
  /** NaN where the file has none. */
  readonly target: number;
  readonly price: number;
  readonly returned: boolean;
  readonly kept: boolean;
  /**
   * SHA-256 of the row's values as the snapshot has them: RFC 8785 canonical JSON of an object of its columns, except `kept`, `file` and
   * `row`. Times are texts `2011-12-09T12:50:00` with as many digits of a second as they need; what is missing is null.
   */
  readonly digest: string;
}
