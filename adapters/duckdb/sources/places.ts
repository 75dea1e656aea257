import type { Sources } from '../../../contracts/pipeline.schema.ts';

export type S3Settings = NonNullable<Sources['sales']['s3']>;
export type PostgresSettings = NonNullable<Sources['sales']['postgres']>;

/** A file as it lies here once it was obtained. */
export interface ObtainedFile {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** What a place knows of an object without reading it. `version` changes when the content may have changed. */
export interface PlacedObject {
  readonly bytes?: number;
  readonly version: string;
}

export interface KeyedObject extends PlacedObject {
  readonly key: string;
  readonly bytes: number;
}

/** Where a download goes: a folder of the caller's, the file's name in it is the place's choice. It appears whole or not at all. */
export interface Destination {
  readonly folder: string;
  readonly signal: AbortSignal | undefined;
  /** Below the limit that the place has for all files. */
  readonly maxBytes?: number;
}

/** A bucket as `settings` of the pipeline file say; without an endpoint of their own, the store that artifacts are kept in. */
export interface Bucket {
  readonly bucket: string;
  readonly settings: S3Settings | undefined;
}

/** Object storage. Throws `BadInput`, `DatasetMissing` or `ServiceUnavailable`, each with one clear line. */
export interface S3Place {
  find(request: Bucket & { readonly key: string; readonly signal: AbortSignal | undefined }): Promise<KeyedObject | undefined>;
  /** Every object whose key begins with the prefix; `BadInput` when there are more than `most`. */
  list(request: Bucket & { readonly prefix: string; readonly most: number; readonly signal: AbortSignal | undefined }): Promise<readonly KeyedObject[]>;
  /** The object in that version, no other. */
  download(request: Bucket & { readonly key: string; readonly version: string }, to: Destination): Promise<ObtainedFile>;
}

/** Web addresses of the hosts that the workers allow. Throws like {@link S3Place}. */
export interface WebPlace {
  describe(request: { readonly uri: string; readonly signal: AbortSignal | undefined }): Promise<PlacedObject>;
  /** The document in that version, where its server tells versions apart. */
  download(request: { readonly uri: string; readonly version: string }, to: Destination): Promise<ObtainedFile>;
}

/** What lies elsewhere. A place that is absent is refused with the way to allow it. */
export interface Places {
  readonly s3?: S3Place;
  readonly https?: WebPlace;
}

/** What the workers allow their sources; local files alone when absent. */
export interface SourceOptions {
  readonly places?: Places;
  /** Folders that local sources must lie in; anywhere when empty. */
  readonly roots?: readonly string[];
  readonly postgres?: PostgresAccess;
}

export interface PostgresAccess {
  /** DuckDB's signed `postgres_scanner` extension. */
  readonly extension: string;
  /** `host` or `host:port` of the servers that sources may name. */
  readonly hosts: readonly string[];
  readonly timeoutSeconds: number;
  /** Value of an environment variable that a pipeline file names. */
  secret(name: string): string | undefined;
}
