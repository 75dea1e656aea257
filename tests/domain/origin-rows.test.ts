import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dayOfIso } from '../../domain/calendar.ts';
import { columnOf, recentLevels, rowsAtOrigin, trainingRows } from '../../domain/origin-rows.ts';
import type { OriginTable } from '../../domain/origin-rows.ts';

const day = (iso: string): number => dayOfIso(iso) ?? NaN;

const upTo = (until: number) => ({ after: -Infinity, until });

function tableOf(origins: readonly string[], columns: Record<string, readonly number[]>): OriginTable {
  return {
    rows: origins.length,
    values: Float32Array.from(Object.values(columns).flat()),
    columns: new Map(Object.keys(columns).map((name, i) => [name, i])),
    series: new Uint32Array(origins.length),
    origin: Int32Array.from(origins, day),
  };
}

test('months are counted by the calendar: a January origin reaches a March target at step 2', () => {
  const table = tableOf(['2023-11-01', '2023-12-01', '2024-01-01'], { y_2: [1, 2, 3] });
  const target = columnOf(table, 'y_2') ?? new Float32Array();
  expect([...trainingRows(table, target, 2, upTo(day('2024-03-01')), 'month')]).toEqual([0, 1, 2]);
  expect([...trainingRows(table, target, 2, upTo(day('2024-02-01')), 'month')]).toEqual([0, 1]);
  expect([...trainingRows(table, target, 2, upTo(day('2024-02-01') - 1), 'month')]).toEqual([0]);
});

test('a target on the cutoff may be learnt from, one after it may not, an unknown one never', () => {
  const table = tableOf(['2024-01-01', '2024-01-08', '2024-01-15', '2024-01-22'], { y_1: [5, NaN, 6, 7] });
  const target = columnOf(table, 'y_1') ?? new Float32Array();
  expect([...trainingRows(table, target, 1, upTo(day('2024-01-22')), 'week')]).toEqual([0, 2]);
});

test('a window leaves out the targets before it', () => {
  const table = tableOf(['2024-01-01', '2024-01-08', '2024-01-15', '2024-01-22'], { y_1: [4, 5, 6, 7] });
  const target = columnOf(table, 'y_1') ?? new Float32Array();
  expect([...trainingRows(table, target, 1, { after: day('2024-01-08'), until: day('2024-01-22') }, 'week')]).toEqual([1, 2]);
});

test('forecasts start from the rows of the cutoff, in table order', () => {
  const table = tableOf(['2024-01-01', '2024-01-08', '2024-01-01', '2024-01-08'], {});
  expect([...rowsAtOrigin(table, day('2024-01-08'))]).toEqual([1, 3]);
  expect(rowsAtOrigin(table, day('2025-01-06'))).toHaveLength(0);
});

test('a level is one more than the mean of what is known, newer periods weighing more', () => {
  const table = tableOf(['2024-01-01', '2024-01-08', '2024-01-15'], { lag_1: [4, NaN, NaN], lag_0: [8, 6, NaN] });
  const sequence = ['lag_1', 'lag_0'].map((name) => columnOf(table, name) ?? new Float32Array());
  expect([...recentLevels(table, sequence, 1)]).toEqual([7, 7, 1]);
  expect(recentLevels(table, sequence, 0.5)[0]).toBeCloseTo(1 + (4 * 0.5 + 8) / 1.5, 5);
});

test('a column that is not there is undefined', () => {
  expect(columnOf(tableOf(['2024-01-01'], { y_1: [1] }), 'y_2')).toBeUndefined();
});

test('whatever the table, a step learns from a row only when its target period has begun by the cutoff', () => {
  const monday = fc.integer({ min: 0, max: 40 }).map((weeks) => new Date(Date.UTC(2023, 10, 6 + 7 * weeks)).toISOString().slice(0, 10));
  const anyRow = fc.record({ origin: monday, target: fc.constantFrom(0, 3, Number.NaN) });
  fc.assert(
    fc.property(fc.array(anyRow, { maxLength: 30 }), fc.integer({ min: 1, max: 8 }), monday, (rows, step, cutoff) => {
      const table = tableOf(rows.map(({ origin }) => origin), { y: rows.map(({ target }) => target) });
      const expected = rows.flatMap(({ origin, target }, i) => (Date.parse(origin) + step * 7 * 86_400_000 <= Date.parse(cutoff) && !Number.isNaN(target) ? [i] : []));
      expect([...trainingRows(table, columnOf(table, 'y') ?? new Float32Array(), step, upTo(day(cutoff)), 'week')]).toEqual(expected);
    }),
  );
});

test('whatever the sequence, a level is the weighted mean by its definition, and never below 1', () => {
  const anySales = fc.array(fc.constantFrom(-9, 0, 2, 7, 30, Number.NaN), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(anySales, fc.constantFrom(0.3, 0.8, 1), (sales, decay) => {
      const table = tableOf(['2024-01-01'], Object.fromEntries(sales.map((value, i) => [`s${String(i)}`, [value]])));
      let [total, weights] = [0, 0];
      sales.forEach((value, i) => {
        if (Number.isNaN(value)) return;
        const weight = decay ** (sales.length - 1 - i);
        [total, weights] = [total + weight * value, weights + weight];
      });
      const level = recentLevels(table, sales.map((_, i) => columnOf(table, `s${String(i)}`) ?? new Float32Array()), decay)[0];
      expect(level).toBeCloseTo(weights === 0 ? 1 : Math.max(1, 1 + total / weights), 4);
    }),
  );
});
