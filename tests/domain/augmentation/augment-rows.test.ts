import fc from 'fast-check';
import { expect, test } from 'vitest';
import { augmentRows, type RowsToAugment } from '../../../domain/augmentation/series/augment-rows.ts';
import { augmentationMethods, augmentationOf, augmentationParameters, forColumns, isInUnits } from '../../../domain/augmentation/series/augmentation.ts';
import { planFeatures } from '../../../domain/features/feature-plan.ts';
import { columnOf, type OriginTable } from '../../../domain/origin-rows.ts';
import { createRandom } from '../../../domain/random.ts';

const sequence = ['lag_3', 'lag_2', 'lag_1', 'lag_0'];
const targets = ['y_1', 'y_2'];
const columns = [...sequence, 'mean_4', 'age', 'wave_1', ...targets, 'a_1', 'a_2'];

/** Some series of a few origins each, sales around 10, 20, …; the last target of the last origin is unknown. */
function tableOf(series: number, origins: number): OriginTable {
  const random = createRandom(5);
  const rows = series * origins;
  const values = new Float32Array(rows * columns.length);
  const table = { rows, values, columns: new Map(columns.map((name, i) => [name, i])), series: Uint32Array.from({ length: rows }, (_, row) => Math.floor(row / origins)), origin: Int32Array.from({ length: rows }, (_, row) => row % origins) };
  for (const name of columns) {
    const column = columnOf(table, name);
    column?.forEach((_, row) => { column[row] = name === 'age' ? row % origins : name === 'wave_1' ? Math.sin(row % origins) : 10 * (1 + Math.floor(row / origins)) * (0.5 + random.next()); });
  }
  return table;
}

function question(rest: Partial<RowsToAugment> = {}): RowsToAugment {
  const table = tableOf(6, 5);
  return {
    table, sequence, targets, rows: Uint32Array.from(Array.from(table.origin.keys()).filter((row) => (table.origin[row] ?? 0) < 4 && (table.series[row] ?? 0) < 5)),
    learnable: new Uint8Array(table.rows * 2).fill(1), augmentation: { methods: [...augmentationMethods], copies: 3, strength: 0.2 }, seed: 3, ...rest,
  };
}

test('rows of the data stay byte for byte what they were, and the copies are said by method', () => {
  const asked = question();
  const before = asked.table.values.slice();
  const { table, sources, counts } = augmentRows(asked);
  expect(table.rows).toBe(30 + 3 * 20);
  for (const name of columns) expect(columnOf(table, name)?.subarray(0, 30)).toEqual(columnOf(asked.table, name));
  expect(asked.table.values).toEqual(before);
  expect(Object.values(counts).reduce((sum, n) => sum + n, 0)).toBe(60);
  expect(Object.values(counts).every((n) => n > 0)).toBe(true);
  sources.forEach((source, i) => {
    expect([table.series[30 + i], table.origin[30 + i]]).toEqual([asked.table.series[source], asked.table.origin[source]]);
    expect(asked.rows).toContain(source);
  });
});

test('nothing that may not be learnt from moves any copy, whatever the method', () => {
  fc.assert(
    fc.property(fc.constantFrom(...augmentationMethods), fc.integer({ min: 1, max: 1e6 }), (method, seed) => {
      const augmentation = { methods: [method], copies: 2, strength: 0.3 };
      const asked = question({ augmentation, seed });
      // The second target of origin 3 lies beyond the cutoff; series 5 is held out.
      const learnable = Uint8Array.from({ length: asked.table.rows * 2 }, (_, i) => (i % 2 === 1 && asked.table.origin[(i - 1) / 2] === 3 ? 0 : 1));
      const changed = tableOf(6, 5);
      changed.values.set(asked.table.values);
      const isRead = (row: number, name: string) => asked.rows.includes(row) && !(name === 'y_2' && asked.table.origin[row] === 3) && !name.startsWith('a_');
      for (const name of columns) columnOf(changed, name)?.forEach((_, row, column) => { if (!isRead(row, name)) column[row] = 1e6; });
      const one = augmentRows({ ...asked, learnable });
      const two = augmentRows({ ...asked, learnable, table: changed });
      for (const name of [...sequence, 'mean_4', 'age', 'wave_1', ...targets]) expect(columnOf(two.table, name)?.subarray(30)).toEqual(columnOf(one.table, name)?.subarray(30));
      // A slice ends earlier, so all its places may be known.
      if (method !== 'window-slicing') one.sources.forEach((source, i) => { if (asked.table.origin[source] === 3) expect(columnOf(one.table, 'y_2')?.[30 + i]).toBeNaN(); });
    }),
    { numRuns: 60 },
  );
});

test('scaling keeps every column in units at its ratio to the others', () => {
  const { table, sources } = augmentRows(question({ augmentation: { methods: ['scaling'], copies: 1, strength: 0.5 } }));
  sources.forEach((source, i) => {
    const factor = (name: string) => (columnOf(table, name)?.[30 + i] ?? 0) / (columnOf(table, name)?.[source] ?? 0);
    for (const name of ['lag_0', 'mean_4', 'y_1', 'y_2']) expect(factor(name)).toBeCloseTo(factor('lag_3'), 5);
    expect(columnOf(table, 'age')?.[30 + i]).toBe(columnOf(table, 'age')?.[source]);
  });
});

test('mix-up takes a partner of the same origin, so that what is known of the calendar is untouched', () => {
  const { table, sources } = augmentRows(question({ augmentation: { methods: ['mix-up'], copies: 2, strength: 1 } }));
  const wave = columnOf(table, 'wave_1') ?? new Float32Array();
  sources.forEach((source, i) => expect(wave[30 + i]).toBeCloseTo(wave[source] ?? 0, 6));
  expect(columnOf(table, 'y_1')?.subarray(30, 34)).not.toEqual(Float32Array.from(sources.subarray(0, 4), (source) => columnOf(table, 'y_1')?.[source] ?? 0));
});

test('the columns in units are those that are sums, means or extremes of units sold', () => {
  const plan = planFeatures({ frequency: 'day', horizon: 2, periods: 900, learnable: 800, modalities: [{ modality: 'text', dims: 2 }], priced: true, lines: true });
  const names = [...plan.shared, ...plan.perStep].map(({ name }) => name);
  const inUnits = names.filter(isInUnits).map((name) => name.replace(/_\d+$/, ''));
  expect([...new Set(inUnits)].sort()).toEqual(['ewm', 'lag', 'largest', 'last_week', 'last_year', 'max', 'mean', 'mean_all', 'std']);
});

test('augmentation travels as parameters of a fit and is found again; none leaves no trace', () => {
  const augmentation = { methods: ['jitter', 'mix-up'] as const, copies: 2, strength: 0.3 };
  const parameters = { units: 8, ...augmentationParameters(augmentation) };
  expect(augmentationOf(parameters)).toEqual({ augmentation, rest: { units: 8 } });
  expect(augmentationParameters({ methods: [], copies: 1, strength: 0.1 })).toEqual({});
  expect(augmentationOf({ units: 8 })).toEqual({ augmentation: undefined, rest: { units: 8 } });
  expect(forColumns({ methods: ['time-warp', 'scaling'], copies: 1, strength: 0.1 })?.methods).toEqual(['scaling']);
  expect(forColumns({ methods: ['time-warp'], copies: 1, strength: 0.1 })).toBeUndefined();
});
