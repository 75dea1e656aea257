import type { ArtifactRef } from '../../contracts/artifacts.ts';

export interface EmbeddingPart {
  readonly ref: ArtifactRef;
  readonly count: number;
  readonly first: string;
  readonly last: string;
}

/** Twin of the embedding sets in PostgreSQL. */
export function createMemoryEmbeddingSets() {
  const sets = new Map<string, Map<string, EmbeddingPart>>();
  const setOf = (encoder: string): Map<string, EmbeddingPart> => {
    const own = sets.get(encoder) ?? new Map<string, EmbeddingPart>();
    sets.set(encoder, own);
    return own;
  };
  return {
    async list(encoder: string): Promise<EmbeddingPart[]> {
      return structuredClone([...setOf(encoder).values()]);
    },
    async add(encoder: string, part: EmbeddingPart): Promise<void> {
      setOf(encoder).set(part.ref.sha256, structuredClone(part));
    },
    async replace(encoder: string, gone: readonly string[], parts: readonly EmbeddingPart[]): Promise<void> {
      const own = setOf(encoder);
      for (const sha256 of gone) own.delete(sha256);
      for (const part of parts) own.set(part.ref.sha256, structuredClone(part));
    },
  };
}
