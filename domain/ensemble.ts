import { pinballLoss } from './metrics.ts';

/** Out-of-fold forecasts of one member, rows aligned with every other member's. */
export interface MemberForecasts {
  readonly name: string;
  /** Row-major, rows × levels. */
  readonly quantiles: ArrayLike<number>;
}

export interface EnsembleOptions {
  /** How many times a member is added; weights are multiples of 1/rounds. */
  readonly rounds: number;
}

/**
 * Ensemble selection (Caruana et al. 2004): starting from nothing, add with replacement the member that lowers the pinball loss of the
 * average most; a member's weight is how often it was taken. Ties go to the member named first. Weights are not negative and sum to 1.
 *
 * Rows whose actual is NaN are ignored. Only out-of-fold forecasts may be given, else the weights reward over-fitting.
 * @returns member name → weight, in the order of `members`; an empty object for no members
 */
export function selectWeights(
  actual: ArrayLike<number>,
  members: readonly MemberForecasts[],
  levels: readonly number[],
  options?: EnsembleOptions,
): Record<string, number> {
  const selection = weightSelection(actual, members, levels, options);
  let step = selection.next();
  while (step.done !== true) step = selection.next();
  return step.value;
}

/** {@link selectWeights} in pieces, one per round and member: with many rows a piece takes milliseconds, the whole takes seconds. */
export function* weightSelection(
  actual: ArrayLike<number>,
  members: readonly MemberForecasts[],
  levels: readonly number[],
  { rounds }: EnsembleOptions = { rounds: 50 },
): Generator<undefined, Record<string, number>, undefined> {
  const taken = members.map(() => 0);
  const sum = new Float64Array(actual.length * levels.length);
  for (let round = 1; round <= rounds && members.length > 0; round++) {
    let best = 0;
    let bestLoss = Number.POSITIVE_INFINITY;
    for (const [m, member] of members.entries()) {
      const loss = lossOfAverage(actual, sum, member.quantiles, levels, round);
      if (loss < bestLoss) [best, bestLoss] = [m, loss];
      yield;
    }
    const chosen = members[best]?.quantiles ?? [];
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (chosen[i] ?? 0);
    taken[best] = (taken[best] ?? 0) + 1;
  }
  return Object.fromEntries(members.map(({ name }, m) => [name, (taken[m] ?? 0) / rounds]));
}

function lossOfAverage(
  actual: ArrayLike<number>,
  sum: Float64Array,
  added: ArrayLike<number>,
  levels: readonly number[],
  count: number,
): number {
  const width = levels.length;
  let loss = 0;
  for (let i = 0; i < actual.length; i++) {
    const y = actual[i] ?? Number.NaN;
    if (Number.isNaN(y)) continue;
    for (let k = 0; k < width; k++) {
      const j = i * width + k;
      loss += pinballLoss(levels[k] ?? 0.5, y, ((sum[j] ?? 0) + (added[j] ?? 0)) / count);
    }
  }
  return loss;
}

/**
 * The weighted average of aligned arrays. Members without a weight, or with weight 0, don't count.
 * @returns one value per entry of the members' arrays
 */
export function combine(members: readonly { readonly name: string; readonly values: ArrayLike<number> }[], weights: Readonly<Record<string, number>>): Float32Array {
  const length = members[0]?.values.length ?? 0;
  const total = new Float64Array(length);
  for (const { name, values } of members) {
    const weight = weights[name] ?? 0;
    if (weight === 0) continue;
    for (let i = 0; i < length; i++) total[i] = (total[i] ?? 0) + weight * (values[i] ?? Number.NaN);
  }
  return Float32Array.from(total);
}
