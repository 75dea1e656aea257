import { z } from 'zod';

import { BadInput } from '../../contracts/failure.ts';
import type { Snapshot } from '../../contracts/data.ts';
import type { StoredSnapshot } from '../records.ts';
import { snapshot, time } from './rows.schema.ts';
import type { Sql } from './sql.ts';

export interface Snapshots {
  /** Repeating it changes nothing. */
  put(pipeline: string, snapshot: Snapshot): Promise<void>;
  /** Newest first. */
  list(filter?: { readonly pipeline?: string }): Promise<StoredSnapshot[]>;
  /** By the first characters of the digest; undefined when none begins so. @throws BadInput when several do */
  find(prefix: string): Promise<StoredSnapshot | undefined>;
}

const snapshotRow = z
  .object({ pipeline: z.string(), snapshot, stored_at: time })
  .transform((row): StoredSnapshot => ({ pipeline: row.pipeline, storedAt: row.stored_at, snapshot: row.snapshot }));

export function createSnapshots(sql: Sql): Snapshots {
  return {
    async put(pipeline, value) {
      await sql.run('insert into snapshots (pipeline, digest, snapshot) values ($1, $2, $3) on conflict (pipeline, digest) do nothing', [
        pipeline, value.digest, JSON.stringify(value),
      ]);
    },
    list: (filter = {}) =>
      sql.many(
        snapshotRow,
        'select pipeline, snapshot, stored_at from snapshots where $1::text is null or pipeline = $1 order by stored_at desc, digest',
        [filter.pipeline ?? null],
      ),
    async find(prefix) {
      // Two pipelines may share a snapshot: the oldest row speaks for the digest.
      const found = await sql.many(
        snapshotRow,
        `select distinct on (digest) pipeline, snapshot, stored_at from snapshots
         where starts_with(digest, $1) order by digest, stored_at limit 2`,
        [prefix],
      );
      if (found.length > 1) throw new BadInput(`several snapshots begin with "${prefix}": give more characters of the digest`);
      return found[0];
    },
  };
}
