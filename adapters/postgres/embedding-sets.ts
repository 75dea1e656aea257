import { z } from 'zod';

import type { ArtifactRef } from '../../contracts/artifacts.ts';
import { artifactRef } from './rows.schema.ts';
import type { Sql } from './sql.ts';

/** Vectors that an encoder has already made, so that a text is never embedded twice. */
export interface EmbeddingSets {
  /** Oldest first. */
  list(encoder: string): Promise<ArtifactRef[]>;
  /** `count` = vectors in the file. Repeating it changes nothing; the same file elsewhere replaces where it lies. */
  add(encoder: string, ref: ArtifactRef, count: number): Promise<void>;
}

const refRow = z
  .object({ uri: z.string(), sha256: z.string(), bytes: z.coerce.number(), media_type: z.string() })
  .transform((row) => artifactRef.parse({ uri: row.uri, sha256: row.sha256, bytes: row.bytes, mediaType: row.media_type }));

export function createEmbeddingSets(sql: Sql): EmbeddingSets {
  return {
    list: (encoder) =>
      sql.many(refRow, 'select uri, sha256, bytes, media_type from embedding_sets where encoder = $1 order by added_at, sha256', [encoder]),
    async add(encoder, ref, count) {
      await sql.run(
        `insert into embedding_sets (encoder, sha256, uri, bytes, media_type, count) values ($1, $2, $3, $4, $5, $6)
         on conflict (encoder, sha256) do update set uri = excluded.uri`,
        [encoder, ref.sha256, ref.uri, ref.bytes, ref.mediaType, count],
      );
    },
  };
}
