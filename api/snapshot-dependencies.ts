import type { ArtifactRef } from '../contracts/artifacts.ts';
import type { Snapshot } from '../contracts/data.ts';
import type { SalesMeaning, TableProfile } from '../contracts/profile.ts';
import type { SnapshotRowsDiff } from '../contracts/snapshot-diff.ts';
import type { PeriodLength } from '../domain/calendar.ts';

export interface StoredSnapshot {
  readonly pipeline: string;
  /** When the pipeline first met it. */
  readonly storedAt: string;
  readonly snapshot: Snapshot;
}

export interface SnapshotStore {
  /** Newest first; one entry per pipeline that has it. */
  list(filter: { readonly pipeline?: string }): Promise<readonly StoredSnapshot[]>;
  /** By the first characters of the digest. @throws BadInput when several begin so */
  find(prefix: string): Promise<StoredSnapshot | undefined>;
}

export interface ArtifactReader {
  /** @returns a local file with the artifact's bytes, digest checked; not to be changed */
  fetchFile(ref: ArtifactRef): Promise<string>;
  readJson(ref: ArtifactRef): Promise<unknown>;
}

interface Compared {
  readonly parts: readonly { readonly span: string; readonly sha256: string; readonly path: string }[];
  readonly sources: readonly { readonly number: number; readonly uri: string }[];
}

/** What answers about snapshots take of DuckDB. */
export interface SnapshotTables {
  profileTable(request: {
    readonly files: readonly string[];
    readonly series: number;
    readonly frequency: PeriodLength;
    readonly meaning: SalesMeaning;
  }): Promise<TableProfile>;
  diffSnapshots(request: {
    readonly a: Compared;
    readonly b: Compared;
    readonly columns: readonly string[];
  }): Promise<SnapshotRowsDiff>;
  touchedCells(request: {
    readonly panel: readonly string[];
    readonly series?: string;
    readonly codes?: readonly number[];
    readonly limit: number;
  }): Promise<{
    readonly cells: number;
    readonly counts: readonly { readonly code: number; readonly cells: number }[];
    readonly first: readonly {
      readonly series: string;
      readonly period: string;
      readonly sold: number | null;
      readonly used: number | null;
      readonly code: number;
    }[];
  }>;
}
