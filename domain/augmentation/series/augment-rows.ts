import { columnOf, type OriginTable, recentLevels } from '../../origin-rows.ts';
import { createRandom, type Random } from '../../random.ts';
import { augmentWindow } from './augment-window.ts';
import { type Augmentation, type AugmentationMethod, isInUnits } from './augmentation.ts';
import { mix, mixingShare } from './mix-up.ts';
import { deviationOf, jittered, scalingFactor } from './warp-window.ts';

export interface RowsToAugment {
  readonly table: OriginTable;
  /** Columns of the series' own recent values, oldest first, and of its targets by step: together they are a row's window. */
  readonly sequence: readonly string[];
  readonly targets: readonly string[];
  /** Rows that a model learns from. Nothing else is read. */
  readonly rows: Uint32Array;
  /** Per row and step [rows of the table × targets]: 1 where the target may be learnt from; the others are unknown to every copy. */
  readonly learnable: Uint8Array;
  readonly augmentation: Augmentation;
  readonly seed: number;
}

export interface AugmentedRows {
  /** The given table, byte for byte, and after its rows those that were added, with the series and origin of the rows they were made from. */
  readonly table: OriginTable;
  /** Per added row the row it was made from. */
  readonly sources: Uint32Array;
  /** How many rows each method added. */
  readonly counts: Readonly<Record<string, number>>;
}

/**
 * Adds `copies` changed rows per row, each by a method drawn by the seed. A row's window changes as one, so that its targets fit what a
 * model sees; `scaling` and `jitter` take the other columns in units along, `mix-up` all columns (with a row of the same origin, so
 * that the calendar fits). The same rows and seed give the same bytes.
 */
export function augmentRows({ table, sequence, targets, rows, learnable, augmentation, seed }: RowsToAugment): AugmentedRows {
  const { methods, copies, strength } = augmentation;
  const random = createRandom(seed);
  const sources = new Uint32Array(rows.length * copies);
  rows.forEach((row, i) => sources.fill(row, i * copies, (i + 1) * copies));
  const grown = grow(table, sources);
  const window = [...sequence, ...targets].map((name) => requiredColumn(grown, name));
  const units = [...grown.columns.keys()].filter((name) => isInUnits(name) && !sequence.includes(name) && !targets.includes(name)).map((name) => requiredColumn(grown, name));
  const partners = new Map<number, number[]>();
  for (const row of rows) append(partners, table.origin[row] ?? 0, row);
  const levels = methods.includes('mix-up') ? recentLevels(table, sequence.map((name) => requiredColumn(table, name)), 0.7) : new Float32Array();
  const counts: Record<string, number> = Object.fromEntries(methods.map((method) => [method, 0]));

  sources.forEach((source, i) => {
    const row = table.rows + i;
    targets.forEach((_, step) => {
      if (learnable[source * targets.length + step] !== 1) set(window[sequence.length + step], row, Number.NaN);
    });
    const method: AugmentationMethod = methods[random.integer(methods.length)] ?? 'jitter';
    counts[method] = (counts[method] ?? 0) + 1;
    if (method === 'mix-up') {
      const sameOrigin = partners.get(table.origin[source] ?? 0) ?? [source];
      const partner = sameOrigin[random.integer(sameOrigin.length)] ?? source;
      mixRows(grown, { row, source, partner, share: mixingShare(strength, random), ratio: (levels[source] ?? 1) / (levels[partner] ?? 1) });
      targets.forEach((_, step) => {
        if (learnable[source * targets.length + step] !== 1 || learnable[partner * targets.length + step] !== 1) set(window[sequence.length + step], row, Number.NaN);
      });
    } else changeRow({ row, window, units, method, strength, random });
  });
  return { table: grown, sources, counts };
}

interface RowChange {
  readonly row: number;
  readonly window: readonly Float32Array[];
  readonly units: readonly Float32Array[];
  readonly method: Exclude<AugmentationMethod, 'mix-up'>;
  readonly strength: number;
  readonly random: Random;
}

function changeRow({ row, window, units, method, strength, random }: RowChange): void {
  const before = Float64Array.from(window, (column) => column[row] ?? Number.NaN);
  if (method === 'scaling') {
    const factor = scalingFactor(strength, random);
    for (const column of [...window, ...units]) set(column, row, (column[row] ?? Number.NaN) * factor);
    return;
  }
  augmentWindow(method, before, strength, random).forEach((value, i) => { set(window[i], row, value); });
  if (method !== 'jitter') return;
  const deviation = strength * deviationOf(before);
  for (const column of units) set(column, row, jittered(column[row] ?? Number.NaN, deviation, random));
}

function mixRows(table: OriginTable, { row, source, partner, share, ratio }: { readonly row: number; readonly source: number; readonly partner: number; readonly share: number; readonly ratio: number }): void {
  for (const name of table.columns.keys()) {
    const column = requiredColumn(table, name);
    column[row] = mix(column[source] ?? Number.NaN, column[partner] ?? Number.NaN, share, isInUnits(name) ? ratio : 1);
  }
}

/** The table with the source rows once more behind its own. */
function grow(table: OriginTable, sources: Uint32Array): OriginTable {
  const rows = table.rows + sources.length;
  const values = new Float32Array(rows * table.columns.size);
  for (const number of table.columns.values()) {
    const before = table.values.subarray(number * table.rows, (number + 1) * table.rows);
    values.set(before, number * rows);
    sources.forEach((source, i) => { values[number * rows + table.rows + i] = before[source] ?? Number.NaN; });
  }
  const series = new Uint32Array(rows);
  const origin = new Int32Array(rows);
  series.set(table.series);
  origin.set(table.origin);
  sources.forEach((source, i) => {
    series[table.rows + i] = table.series[source] ?? 0;
    origin[table.rows + i] = table.origin[source] ?? 0;
  });
  return { rows, values, columns: table.columns, series, origin };
}

function requiredColumn(table: OriginTable, name: string): Float32Array {
  const column = columnOf(table, name);
  if (column === undefined) throw new Error(`the origin table has no column ${name}`);
  return column;
}

function set(column: Float32Array | undefined, row: number, value: number): void {
  if (column !== undefined) column[row] = value;
}

function append(map: Map<number, number[]>, key: number, value: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
