import type { ArtifactRef } from '../../contracts/artifacts.ts';

interface Part {
  readonly ref: ArtifactRef;
  readonly count: number;
  readonly first: string;
  readonly last: string;
}

/** Twin of the embedding sets in PostgreSQL. */
export function createMemoryEmbeddingSets() {
  const sets = new Map<string, Map<string, Part>>();
  const setOf = (encoder: string): Map<string, Part> => {
    const own = sets.get(encoder) ?? new Map<string, Part>();
    sets.set(encoder, own);
    return own;
  };
  return {
    async list(encoder: string): Promise<Part[]> {
      return structuredClone([...setOf(encoder).values()]);
    },
    async add(encoder: string, part: Part): Promise<void> {
      setOf(encoder).set(part.ref.sha256, structuredClone(part));
    },
    async replace(encoder: string, gone: readonly string[], parts: readonly Part[]): Promise<void> {
      const own = setOf(encoder);
      for (const sha256 of gone) own.delete(sha256);
      for (const part of parts) own.set(part.ref.sha256, structuredClone(part));
    },
  };
}
