import type { ArtifactRef, Layer } from '../contracts/artifacts.ts';
import { type TablePart, type TableParts, tablePartsMediaType } from '../contracts/table-parts.ts';
import { type ArtifactStore, parquetFile } from './artifact-store.ts';

/** One part as a file on local disk. */
export interface PartFile {
  readonly from: string;
  readonly rows: number;
  readonly file: string;
}

export async function publishPart(artifacts: ArtifactStore, layer: Layer, { from, rows, file }: PartFile, signal?: AbortSignal): Promise<TablePart> {
  return { from, rows, file: await artifacts.publishFile(layer, file, parquetFile, signal) };
}

/** Publishes what names the parts of a table, which are published already. */
export async function publishParts(artifacts: ArtifactStore, layer: Layer, parts: readonly TablePart[]): Promise<ArtifactRef> {
  const table: TableParts = { parts };
  return { ...(await artifacts.publishJson(layer, table)), mediaType: tablePartsMediaType };
}

export async function publishTable(artifacts: ArtifactStore, layer: Layer, files: readonly PartFile[], signal?: AbortSignal): Promise<ArtifactRef> {
  const parts: TablePart[] = [];
  for (const file of files) parts.push(await publishPart(artifacts, layer, file, signal));
  return publishParts(artifacts, layer, parts);
}
