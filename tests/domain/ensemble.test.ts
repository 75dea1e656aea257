import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { combine, type MemberForecasts, selectWeights, weightSelection } from '../../domain/ensemble.ts';
import { createRandom } from '../../domain/random.ts';

const levels = [0.1, 0.5, 0.9];

interface Forecasts {
  readonly actual: readonly number[];
  readonly members: readonly MemberForecasts[];
}

/** Members that err in ways of their own; no two of them are alike, so there are no ties. */
const anyForecasts = fc.record({ seed: fc.integer({ min: 1, max: 1e9 }), rows: fc.integer({ min: 1, max: 12 }), count: fc.integer({ min: 1, max: 5 }) }).map(({ seed, rows, count }): Forecasts => {
  const random = createRandom(seed);
  const actual = Array.from({ length: rows }, () => 20 * random.next());
  const members = Array.from({ length: count }, (_, m) => {
    const lean = 8 * random.normal();
    return { name: `m${m}`, quantiles: actual.flatMap((y) => levels.map((level) => y + lean + 6 * (level - 0.5) + 3 * random.normal())) };
  });
  return { actual, members };
});

/** Total pinball loss by its definition, without the code under test. */
function lossOf(actual: readonly number[], quantiles: ArrayLike<number>): number {
  let loss = 0;
  actual.forEach((y, row) => levels.forEach((level, k) => {
    const error = y - (quantiles[row * levels.length + k] ?? NaN);
    loss += Number.isNaN(y) ? 0 : Math.max(level * error, (level - 1) * error);
  }));
  return loss;
}

function averageOf(members: readonly MemberForecasts[], weights: Readonly<Record<string, number>>): number[] {
  const length = members[0]?.quantiles.length ?? 0;
  return Array.from({ length }, (_, i) => members.reduce((sum, { name, quantiles }) => sum + (weights[name] ?? 0) * (quantiles[i] ?? NaN), 0));
}

/** Caruana's algorithm with the bag kept as a list and every average computed anew. */
function slowSelection({ actual, members }: Forecasts, rounds: number): Record<string, number> {
  const bag: MemberForecasts[] = [];
  while (bag.length < rounds) {
    const losses = members.map((member) => {
      const tried = [...bag, member];
      return lossOf(actual, Array.from({ length: member.quantiles.length }, (_, i) => tried.reduce((sum, { quantiles }) => sum + (quantiles[i] ?? NaN), 0) / tried.length));
    });
    const best = members[losses.indexOf(Math.min(...losses))];
    if (best !== undefined) bag.push(best);
  }
  return Object.fromEntries(members.map(({ name }) => [name, bag.filter((taken) => taken.name === name).length / rounds]));
}

describe('ensemble selection', () => {
  test('takes what a slow version of the published algorithm takes', () => {
    fc.assert(
      fc.property(anyForecasts, fc.integer({ min: 1, max: 12 }), (forecasts, rounds) => {
        expect(selectWeights(forecasts.actual, forecasts.members, levels, { rounds })).toEqual(slowSelection(forecasts, rounds));
      }),
    );
  });

  test('is never worse than the best single member on the data it was made with', () => {
    fc.assert(
      fc.property(anyForecasts, ({ actual, members }) => {
        const singles = members.map(({ quantiles }) => lossOf(actual, quantiles));
        const together = lossOf(actual, averageOf(members, selectWeights(actual, members, levels)));
        expect(together).toBeLessThanOrEqual(Math.min(...singles) * (1 + 1e-9) + 1e-9);
      }),
    );
  });

  test('can be done in pieces, one per round and member', () => {
    fc.assert(
      fc.property(anyForecasts, fc.integer({ min: 1, max: 12 }), ({ actual, members }, rounds) => {
        const pieces = weightSelection(actual, members, levels, { rounds });
        for (let i = 0; i < rounds * members.length; i++) expect(pieces.next().done).toBe(false);
        expect(pieces.next()).toEqual({ done: true, value: selectWeights(actual, members, levels, { rounds }) });
      }),
    );
  });

  test('gives weights that are multiples of 1/rounds, not negative, and sum to 1', () => {
    fc.assert(
      fc.property(anyForecasts, fc.integer({ min: 1, max: 60 }), ({ actual, members }, rounds) => {
        const weights = Object.values(selectWeights(actual, members, levels, { rounds }));
        expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
        for (const weight of weights) expect(weight >= 0 && Math.abs(weight * rounds - Math.round(weight * rounds)) < 1e-9).toBe(true);
      }),
    );
  });

  test('does not depend on the order in which members are named', () => {
    fc.assert(
      fc.property(anyForecasts, ({ actual, members }) => {
        const turned = [...members].reverse();
        expect(selectWeights(actual, turned, levels)).toEqual(selectWeights(actual, members, levels));
        expect(Object.keys(selectWeights(actual, turned, levels))).toEqual(turned.map(({ name }) => name));
      }),
    );
  });

  test('mixes two members that err on opposite sides, and leaves out one that only hurts', () => {
    const actual = [10, 10, 10, 10];
    const flat = (name: string, value: number): MemberForecasts => ({ name, quantiles: Array<number>(4).fill(value) });
    const weights = selectWeights(actual, [flat('low', 8), flat('high', 12), flat('far', 90)], [0.5], { rounds: 10 });
    expect(weights).toEqual({ low: 0.5, high: 0.5, far: 0 });
  });

  test('gives everything to the first of members that are alike', () => {
    const quantiles = [1, 2, 3];
    expect(selectWeights([2], [{ name: 'a', quantiles }, { name: 'b', quantiles }], levels)).toEqual({ a: 1, b: 0 });
  });

  test('ignores rows whose actual is not known', () => {
    fc.assert(
      fc.property(anyForecasts, ({ actual, members }) => {
        const longer = members.map(({ name, quantiles }) => ({ name, quantiles: [...Array.from(quantiles), 1e6, Number.NaN, -1e6] }));
        expect(selectWeights([...actual, Number.NaN], longer, levels)).toEqual(selectWeights(actual, members, levels));
      }),
    );
  });

  test('never takes a member that misses a forecast', () => {
    const [broken, whole] = [{ name: 'broken', quantiles: [5, Number.NaN, 5] }, { name: 'whole', quantiles: [0, 0, 0] }];
    expect(selectWeights([5], [broken, whole], levels)).toEqual({ broken: 0, whole: 1 });
  });

  test('of no members is nothing, of one member that one', () => {
    expect(selectWeights([1], [], levels)).toEqual({});
    expect(selectWeights([1], [{ name: 'only', quantiles: [9, 9, 9] }], levels)).toEqual({ only: 1 });
  });
});

describe('a weighted average of forecasts', () => {
  test('is the sum of weight times value', () => {
    fc.assert(
      fc.property(anyForecasts, ({ actual, members }) => {
        const weights = selectWeights(actual, members, levels, { rounds: 7 });
        const combined = combine(members.map(({ name, quantiles }) => ({ name, values: quantiles })), weights);
        averageOf(members, weights).forEach((value, i) => expect(combined[i]).toBeCloseTo(value, 4));
      }),
    );
  });

  test('keeps quantiles in order', () => {
    fc.assert(
      fc.property(anyForecasts, ({ actual, members }) => {
        const ordered = members.map(({ name, quantiles }) => ({
          name,
          values: Float32Array.from(actual.flatMap((_, row) => Array.from(quantiles).slice(row * 3, row * 3 + 3).sort((a, b) => a - b))),
        }));
        const combined = combine(ordered, selectWeights(actual, members, levels));
        combined.forEach((value, i) => { if (i % 3 > 0) expect(value).toBeGreaterThanOrEqual(combined[i - 1] ?? NaN); });
      }),
    );
  });

  test('does not look at members without a weight, whatever they hold', () => {
    const members = [{ name: 'a', values: [4, 6] }, { name: 'b', values: [Number.NaN, Number.NaN] }, { name: 'c', values: [8, 10] }];
    expect([...combine(members, { a: 0.5, b: 0, c: 0.5 })]).toEqual([6, 8]);
    expect([...combine(members, { a: 1 })]).toEqual([4, 6]);
    expect(combine([], {})).toHaveLength(0);
  });
});
