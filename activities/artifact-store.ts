import type { ArtifactRef, Layer } from '../contracts/artifacts.ts';

/** What activities need of object storage; `adapters/s3` satisfies it by shape. */
export interface ArtifactStore {
  publishFile(layer: Layer, file: string, as: { mediaType: string; extension: string }, signal?: AbortSignal): Promise<ArtifactRef>;
  publishJson(layer: Layer, value: unknown): Promise<ArtifactRef>;
  readJson(ref: ArtifactRef): Promise<unknown>;
  /** A verified local copy. */
  fetchFile(ref: ArtifactRef, signal?: AbortSignal): Promise<string>;
  exists(ref: ArtifactRef): Promise<boolean>;
  /** Reads the object in the store, past every local copy, and checks its digest. */
  verify(ref: ArtifactRef, signal?: AbortSignal): Promise<void>;
}

/** A folder that is gone when `use` has ended, however it ended. */
export type WithScratch = <T>(use: (folder: string) => Promise<T>) => Promise<T>;

export const parquetFile = { mediaType: 'application/vnd.apache.parquet', extension: 'parquet' } as const;
