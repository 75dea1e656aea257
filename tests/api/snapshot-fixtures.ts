import type { TableProfile } from '../../contracts/profile.ts';
import type { SnapshotRowsDiff } from '../../contracts/snapshot-diff.ts';
import { touchedCodes } from '../../domain/cleaning/touched.ts';

/** A year and a bit of weeks, with a peak before Christmas and one week without a row. */
const weeks = Array.from({ length: 53 }, (_, i) => new Date(Date.UTC(2010, 10, 29) + i * 7 * 86_400_000).toISOString().slice(0, 10)).filter((_, i) => i !== 20);
const each = (value: (week: number) => number): number[] => weeks.map((_, week) => value(week));

export const profile: TableProfile = {
  version: 1,
  frequency: 'week',
  rows: 100,
  keptRows: 90,
  series: 2,
  meaning: { unit: 'piece', currency: 'GBP', timezone: 'Europe/London' },
  columns: [
    { name: 'series', type: 'VARCHAR', kind: 'text', digest: 'a'.repeat(64), missing: 0, distinct: 2, distinctIsExact: true, min: '71053', max: '85123A', top: [{ value: '85123A', count: 60 }, { value: '71053', count: 30 }], topError: 0 },
    { name: 'time', type: 'TIMESTAMP', kind: 'time', unit: 'Europe/London', digest: 'b'.repeat(64), missing: 0, distinct: 80, distinctIsExact: true, min: '2010-12-01 08:26:00', max: '2011-12-09 12:50:00' },
    {
      name: 'target', type: 'DOUBLE', kind: 'number', unit: 'piece', digest: 'c'.repeat(64), missing: 3, distinct: 12, distinctIsExact: true, min: '0.0', max: '74215.0',
      numbers: {
        zeros: 9, negatives: 0, sum: 75_000, mean: 862.07, deviation: 7900.5,
        quantiles: [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99].map((level, i) => ({ level, value: [0, 0, 1, 3, 10, 48, 60_000][i] ?? 0 })),
        histogram: { scale: 'log', bars: [{ low: 0, high: 0, count: 9 }, { low: 1, high: 2, count: 30 }, { low: 2, high: 4, count: 25 }, { low: 4, high: 8, count: 0 }, { low: 65_536, high: 131_072, count: 1 }] },
      },
    },
    {
      name: 'price', type: 'DOUBLE', kind: 'number', unit: 'GBP', digest: 'd'.repeat(64), missing: 0, distinct: 700, distinctIsExact: false, min: '0.5', max: '9.95',
      numbers: {
        zeros: 0, negatives: 0, sum: 225, mean: 2.5, deviation: 1.1,
        quantiles: [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99].map((level) => ({ level, value: 1 + level * 4 })),
        histogram: { scale: 'linear', bars: [{ low: 0, high: 0.5, count: 10 }, { low: 0.5, high: 1, count: 60 }, { low: 1, count: 20 }] },
      },
    },
    { name: 'stock', type: 'DOUBLE', kind: 'number', unit: 'piece', digest: '9'.repeat(64), missing: 90, distinct: 0, distinctIsExact: true },
    { name: 'returned', type: 'BOOLEAN', kind: 'truth', digest: 'e'.repeat(64), missing: 0, distinct: 1, distinctIsExact: true, min: 'false', max: 'false', top: [{ value: 'false', count: 90 }], topError: 0 },
    { name: 'Kategorie <b>&"', type: 'VARCHAR', kind: 'text', digest: 'f'.repeat(64), missing: 18, distinct: 3, distinctIsExact: true, min: 'Bücher', max: '茶', top: [{ value: '茶', count: 40 }, { value: 'Bücher', count: 31 }, { value: '</script><script>alert(1)</script>', count: 1 }], topError: 2 },
    { name: 'kept', type: 'BOOLEAN', kind: 'truth', digest: '8'.repeat(64), missing: 0, distinct: 2, distinctIsExact: true, top: [{ value: 'true', count: 90 }, { value: 'false', count: 10 }], topError: 0 },
  ],
  periods: {
    starts: weeks, rows: each(() => 2), kept: each(() => 2), target: each((week) => Math.round(900 + 500 * Math.sin(week / 4) + (week > 45 ? 900 : 0))),
    missing: each((week) => (week === 7 ? 1 : 0)), zeros: each((week) => (week % 9 === 0 ? 1 : 0)), series: each(() => 2),
  },
};

/** From the earlier snapshot to the newer one: a week more, prices doubled, one line corrected. */
export const rowsDiff: SnapshotRowsDiff = {
  rows: {
    equalParts: 12, comparedParts: 2, added: 5, removed: 0, changed: 1, byColumn: { target: 1 }, contentAdded: 6, contentRemoved: 1,
    examples: [{ file: 0, row: 17, series: '85123A', column: 'target', a: '6.0', b: '60.0' }],
  },
  series: { appeared: { count: 1, first: ['71053'] }, vanished: { count: 0, first: [] } },
  columns: [
    { name: 'target', kind: 'number', missingA: 1, missingB: 3, psi: 0.02, ks: 0.031, ksProbability: 0.9, bins: [{ label: '≤ 1', a: 40, b: 42 }, { label: '> 1', a: 45, b: 45 }] },
    { name: 'price', kind: 'number', missingA: 0, missingB: 0, psi: 0.41, ks: 0.33, ksProbability: 0.0001, bins: [{ label: '≤ 2', a: 60, b: 20 }, { label: '> 2', a: 26, b: 70 }] },
  ],
};

export const touched = {
  cells: 108,
  counts: [{ code: touchedCodes.noSale, cells: 20 }, { code: touchedCodes.outlier, cells: 2 }, { code: touchedCodes.unknown, cells: 1 }],
  first: [
    { series: '71053', period: '2011-01-17', sold: null, used: 4, code: touchedCodes.unknown },
    { series: '85123A', period: '2011-03-07', sold: 74_215, used: 410, code: touchedCodes.outlier },
    { series: '85123A', period: '2011-11-28', sold: 800, used: 410, code: touchedCodes.outlier },
  ],
};
