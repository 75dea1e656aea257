import { BadInput, Conflict } from '../contracts/failure.ts';
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
  const keyOf = ({ context: _context, ...search }: SearchInput) => digestOf({ activity: 'search', code: [codeVersion('search'), codeVersion('fitFold')], search });
  async function storedUnder(key: string): Promise<{ usable?: SearchResult; unusable?: SearchResult }> {
    const stored = (await cache.get(key)) as SearchResult | undefined;
    if (stored === undefined) return {};
    return (await artifacts.exists(stored.trials)) ? { usable: stored } : { unusable: stored };
  }
  return {
    async openSearch(search) {
      const key = keyOf(search);
      const { usable } = await storedUnder(key);
      return { study: `${search.family}-${key}`, ...(usable && { result: usable }) };
    },
    async closeSearch({ search, trials }) {
      const key = keyOf(search);
      const { unusable } = await storedUnder(key);
      const outputs: SearchResult = {
        best: bestOf(search, trials),
        trials: await artifacts.publishJson('reports', { family: search.family, trials }),
        count: trials.length,
        pruned: trials.filter(({ state }) => state === 'pruned').length,
        failed: trials.filter(({ state }) => state === 'failed').length,
      };
      return (await cache.put(key, { step: 'search', outputs, ...(unusable && { unusable }) })) as SearchResult;
    },
  };
}

/** The lowest value; ties go to the lower number. */
function bestOf({ family }: SearchInput, trials: readonly TrialRecord[]): TrialRecord {
  const [first, ...rest] = trials.filter(({ state }) => state === 'complete');
  if (trials.length > 0 && trials.every(({ state }) => state === 'failed')) {
    throw new BadInput(`all ${trials.length} trials of ${family} diverged: their forecasts are not numbers. Narrow search.space.${family}, a lower learning rate first, or look for extreme values in the sales.`);
  }
  if (first === undefined) throw new Conflict('no trial of the search was completed: give it more trials or turn pruning off');
  return rest.reduce((best, trial) => ((trial.value ?? Infinity) < (best.value ?? Infinity) ? trial : best), first);
}
