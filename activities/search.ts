import { Conflict } from '../contracts/failure.ts';
import type { SearchActivities, SearchInput, SearchResult, TrialRecord } from '../contracts/modelling.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { digestOf } from './digest.ts';
import type { StepCache } from './step.ts';

export interface SearchDeps {
  readonly cache: StepCache;
  readonly artifacts: Pick<ArtifactStore, 'publishJson' | 'exists'>;
  readonly codeVersion: (activity: string) => string;
}

/** Activities around a search: its name, which is the digest of all it depends on, and its stored result. */
export function createSearchActivities({ cache, artifacts, codeVersion }: SearchDeps): SearchActivities {
  const keyOf = ({ context: _context, ...search }: SearchInput) => digestOf({ activity: 'search', code: codeVersion('fitFold'), search });
  return {
    async openSearch(search) {
      const key = keyOf(search);
      const stored = (await cache.get(key)) as SearchResult | undefined;
      return { study: `${search.family}-${key}`, ...(stored !== undefined && (await artifacts.exists(stored.trials)) && { result: stored }) };
    },
    async closeSearch({ search, trials }) {
      const outputs: SearchResult = {
        best: bestOf(trials),
        trials: await artifacts.publishJson('reports', { family: search.family, trials }),
        count: trials.length,
        pruned: trials.filter(({ state }) => state === 'pruned').length,
      };
      return (await cache.put(keyOf(search), { step: 'search', outputs })) as SearchResult;
    },
  };
}

/** The lowest value; ties go to the lower number. */
function bestOf(trials: readonly TrialRecord[]): TrialRecord {
  const [first, ...rest] = trials.filter(({ state }) => state === 'complete');
  if (first === undefined) throw new Conflict('no trial of the search was completed: give it more trials or turn pruning off');
  return rest.reduce((best, trial) => ((trial.value ?? Infinity) < (best.value ?? Infinity) ? trial : best), first);
}
