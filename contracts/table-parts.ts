import type { ArtifactRef } from './artifacts.ts';

/**
 * A table in parts: what is published is a JSON artifact of this shape, its media type {@link tablePartsMediaType}. Each part is a Parquet
 * file of its own that holds the rows of one span of time (see `spanStart`), so that new rows make new parts and leave the others as they are.
 */
export interface TableParts {
  /** Oldest first; spans without rows have no part. */
  readonly parts: readonly TablePart[];
}

export interface TablePart {
  /** ISO date of the first day of the span. */
  readonly from: string;
  readonly rows: number;
  readonly file: ArtifactRef;
}

export const tablePartsMediaType = 'application/vnd.forecastle.parts+json';

/** What reading a table in parts takes; every artifact store has it. */
export interface PartStore<Signal> {
  readJson(ref: ArtifactRef): Promise<unknown>;
  fetchFile(ref: ArtifactRef, signal?: Signal): Promise<string>;
}

export async function readParts(store: Pick<PartStore<never>, 'readJson'>, table: ArtifactRef): Promise<readonly TablePart[]> {
  return ((await store.readJson(table)) as TableParts).parts;
}

/** Verified local copies of all parts, oldest first. */
export async function fetchParts<Signal>(store: PartStore<Signal>, table: ArtifactRef, signal?: Signal): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const { file } of await readParts(store, table)) paths.push(await store.fetchFile(file, signal));
  return paths;
}
