import type { ArtifactRef } from '../../contracts/artifacts.ts';

/** Twin of the embedding sets in PostgreSQL. */
export function createMemoryEmbeddingSets() {
  const sets = new Map<string, Map<string, ArtifactRef>>();
  return {
    async list(encoder: string): Promise<ArtifactRef[]> {
      return structuredClone([...(sets.get(encoder)?.values() ?? [])]);
    },
    async add(encoder: string, ref: ArtifactRef, _count: number): Promise<void> {
      const own = sets.get(encoder) ?? new Map<string, ArtifactRef>();
      own.set(ref.sha256, structuredClone(ref));
      sets.set(encoder, own);
    },
  };
}
