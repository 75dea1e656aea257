import { CancellationScope, isCancellation, proxyActivities } from '@temporalio/workflow';
import type { SamplerActivities, SearchActivities, SearchInput, SearchResult, TrainingActivities, TrialRecord } from '../contracts/modelling.ts';
import type { RunActivities } from '../contracts/runs.ts';
import * as options from './activity-options.ts';
import { splitsOf } from '../domain/cutoffs.ts';
import { allOrNone } from './all-or-none.ts';
import { failureFacts } from './failure-facts.ts';

const { fitFold } = proxyActivities<TrainingActivities>(options.training);
const { ask, tell, prune } = proxyActivities<SamplerActivities>(options.sampler);
const { openSearch, closeSearch } = proxyActivities<SearchActivities>(options.light);
const { markStep } = proxyActivities<RunActivities>(options.light);

/**
 * One family's hyper-parameter search, in generations: a generation is asked for at once, its trials run beside each other fold by
 * fold, and it is told in number order before the next one is asked for. So the answer depends on the seed and the trial budget, never
 * on which worker was faster. Pruning compares with finished generations only. A trial that diverges is told as failed and costs the
 * others nothing.
 */
export async function search(input: SearchInput): Promise<SearchResult> {
  const { runId, step } = input.context;
  try {
    return await searchOrReuse(input);
  } catch (error) {
    // A cancelled run marks all its steps by itself.
    if (!isCancellation(error)) await CancellationScope.nonCancellable(() => markStep({ runId, step, status: 'failed', error: failureFacts(error).message }));
    throw error;
  }
}

async function searchOrReuse(input: SearchInput): Promise<SearchResult> {
  const { context, parallel, trials: budget } = input;
  const { study, result } = await openSearch(input);
  if (result !== undefined) {
    await markStep({ runId: context.runId, step: context.step, status: 'cached', seconds: 0, note: noteOf(result) });
    return result;
  }
  const started = Date.now();
  const records: TrialRecord[] = [];
  for (let start = 0; start < budget; start += parallel) {
    await markStep({ runId: context.runId, step: context.step, status: 'running', note: `trial ${start + 1} of ${budget}${bestNote(records)}` });
    const numbers = Array.from({ length: Math.min(parallel, budget - start) }, (_, i) => start + i);
    records.push(...(await runGeneration(input, study, numbers)));
  }
  const closed = await closeSearch({ search: input, trials: records });
  await markStep({ runId: context.runId, step: context.step, status: 'done', seconds: (Date.now() - started) / 1000, note: noteOf(closed) });
  return closed;
}

async function runGeneration(input: SearchInput, study: string, numbers: readonly number[]): Promise<TrialRecord[]> {
  const { context, family, features, sampler, pruner, seed, space, fixed, first } = input;
  const asked = await ask({ study, sampler, pruner, seed, space, numbers, first });
  const trials = asked.trials.map(({ number, parameters }) => ({ number, parameters: { ...fixed, ...parameters } }));
  const scores = new Map(trials.map(({ number }): [number, number[]] => [number, []]));
  const stopped = new Set<number>();
  const failed = new Set<number>();
  for (const [i, fold] of splitsOf(features.cutoffs, ['folds']).entries()) {
    const running = trials.filter(({ number }) => !stopped.has(number) && !failed.has(number));
    const results = await allOrNone(() =>
      running.map(({ number, parameters }) => fitFold({ context, family, features, parameters, seed, fold, trial: number, quantiles: [] })),
    );
    running.forEach(({ number }, k) => {
      const wape = results[k]?.wape ?? null;
      if (wape === null) failed.add(number);
      else scores.get(number)?.push(wape);
    });
    const scored = running.filter(({ number }) => !failed.has(number));
    const isLast = i === features.cutoffs.folds.length - 1;
    if (isLast || scored.length === 0 || pruner === 'none' || numbers[0] === 0) continue;
    const verdict = await prune({ study, pruner, trials: scored.map(({ number }) => ({ number, folds: scores.get(number) ?? [] })) });
    for (const number of verdict.stop) stopped.add(number);
  }
  const generation = trials.map(({ number, parameters }): TrialRecord => {
    const folds = scores.get(number) ?? [];
    if (failed.has(number)) return { number, parameters, folds, state: 'failed' };
    if (stopped.has(number)) return { number, parameters, folds, state: 'pruned' };
    return { number, parameters, folds, state: 'complete', value: folds.reduce((sum, v) => sum + v, 0) / folds.length };
  });
  await tell({ study, trials: generation });
  return generation;
}

function bestNote(records: readonly TrialRecord[]): string {
  const values = records.flatMap(({ value }) => value ?? []);
  return values.length === 0 ? '' : `, best WAPE ${Math.min(...values).toFixed(3)}`;
}

function noteOf({ best, count, pruned, failed }: SearchResult): string {
  return `${count} trials, ${pruned} pruned, ${failed > 0 ? `${failed} diverged, ` : ''}best WAPE ${best.value?.toFixed(3) ?? '–'} (trial ${best.number})`;
}
