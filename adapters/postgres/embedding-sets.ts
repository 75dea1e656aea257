import { z } from 'zod';

import type { ArtifactRef } from '../../contracts/artifacts.ts';
import { artifactRef } from './rows.schema.ts';
import type { Sql } from './sql.ts';

/** A published file of vectors, in the order of their keys (SHA-256 of what was embedded). */
export interface EmbeddingPart {
  readonly ref: ArtifactRef;
  readonly count: number;
  readonly first: string;
  readonly last: string;
}

/** Vectors that an encoder has already made, so that nothing is embedded twice. */
export interface EmbeddingSets {
  /** Oldest first. */
  list(encoder: string): Promise<EmbeddingPart[]>;
  /** Repeating it changes nothing; the same file elsewhere replaces where it lies. */
  add(encoder: string, part: EmbeddingPart): Promise<void>;
  /** Lists `parts` in place of those with the digests `gone`, all at once. */
  replace(encoder: string, gone: readonly string[], parts: readonly EmbeddingPart[]): Promise<void>;
}

const partRow = z
  .object({
    uri: z.string(), sha256: z.string(), bytes: z.coerce.number(), media_type: z.string(), count: z.coerce.number(), first_key: z.string(), last_key: z.string(),
  })
  .transform((row): EmbeddingPart => ({
    ref: artifactRef.parse({ uri: row.uri, sha256: row.sha256, bytes: row.bytes, mediaType: row.media_type }), count: row.count, first: row.first_key, last: row.last_key,
  }));

export function createEmbeddingSets(sql: Sql): EmbeddingSets {
  return {
    list: (encoder) =>
      sql.many(partRow, 'select uri, sha256, bytes, media_type, count, first_key, last_key from embedding_sets where encoder = $1 order by added_at, sha256', [encoder]),
    add: (encoder, part) => add(sql, encoder, part),
    replace: (encoder, gone, parts) =>
      sql.transaction(async (within) => {
        await within.run('delete from embedding_sets where encoder = $1 and sha256 = any($2)', [encoder, gone]);
        for (const part of parts) await add(within, encoder, part);
      }),
  };
}

async function add(sql: Sql, encoder: string, { ref, count, first, last }: EmbeddingPart): Promise<void> {
  await sql.run(
    `insert into embedding_sets (encoder, sha256, uri, bytes, media_type, count, first_key, last_key) values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (encoder, sha256) do update set uri = excluded.uri`,
    [encoder, ref.sha256, ref.uri, ref.bytes, ref.mediaType, count, first, last],
  );
}
