/** The layers of object storage; the first part of every permanent key. */
export const layers = ['raw', 'primary', 'embeddings', 'features', 'models', 'forecasts', 'reports'] as const;
export type Layer = (typeof layers)[number];

/**
 * Bytes in object storage, named by their digest: `s3://<bucket>/<layer>/<sha256>.<ext>`.
 * Workflows carry references, never content. Whoever reads must check that the bytes match `sha256`.
 */
export interface ArtifactRef {
  readonly uri: string;
  /** Lower-case hexadecimal SHA-256 of the content. */
  readonly sha256: string;
  readonly bytes: number;
  readonly mediaType: string;
}

export const mediaTypes = {
  parquet: 'application/vnd.apache.parquet',
  json: 'application/json',
  text: 'text/plain',
  binary: 'application/octet-stream',
  csv: 'text/csv',
} as const;
