import { BadInput } from '../../contracts/failure.ts';
import type { Candidate } from '../../contracts/governance.ts';

/** Twin of the candidates in PostgreSQL. */
export function createMemoryCandidates() {
  const all: Candidate[] = [];
  return {
    async register(candidate: Omit<Candidate, 'version'>): Promise<Candidate> {
      const rivals = all.filter(({ pipeline }) => pipeline === candidate.pipeline);
      const former = rivals.find(({ digest }) => digest === candidate.digest);
      const { metrics, report, forecasts, evidence } = candidate;
      const stored = structuredClone(
        former === undefined
          ? { ...candidate, version: rivals.length + 1 }
          : { ...former, metrics, report, forecasts, evidence },
      );
      if (former === undefined) all.push(stored);
      else all[all.indexOf(former)] = stored;
      return structuredClone(stored);
    },
    async list(pipeline: string): Promise<Candidate[]> {
      return structuredClone(all.filter((candidate) => candidate.pipeline === pipeline).reverse());
    },
    async find({ pipeline, ref }: { readonly pipeline?: string; readonly ref: string }): Promise<Candidate | undefined> {
      const among = all.filter((candidate) => pipeline === undefined || candidate.pipeline === pipeline);
      const version = /^v?(\d{1,9})$/.exec(ref)?.[1];
      const byVersion = among.filter((candidate) => candidate.version === Number(version));
      if (byVersion.length > 1) throw new BadInput(`several pipelines have a version ${version}: name the pipeline`);
      const found = byVersion.length === 1 ? byVersion : among.filter(({ digest }) => digest.startsWith(ref));
      if (found.length > 1) throw new BadInput(`several candidates begin with "${ref}": give more characters of the digest, or the pipeline`);
      return structuredClone(found[0]);
    },
  };
}
