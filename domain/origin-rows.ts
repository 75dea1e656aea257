import { addPeriods, type PeriodLength } from './calendar.ts';

/** An origin table in memory: columns of equal length, column-major, and per row its series and origin. */
export interface OriginTable {
  readonly rows: number;
  readonly values: Float32Array;
  /** Column name → column number. */
  readonly columns: ReadonlyMap<string, number>;
  readonly series: Uint32Array;
  /** Days since 1970-01-01. */
  readonly origin: Int32Array;
}

/** One column of the table, without a copy. Undefined when there is none of this name. */
export function columnOf(table: OriginTable, name: string): Float32Array | undefined {
  const number = table.columns.get(name);
  return number === undefined ? undefined : table.values.subarray(number * table.rows, (number + 1) * table.rows);
}

/** Targets that may be learnt from, as days since 1970-01-01: after `after`, at most `until`. */
export interface TargetSpan {
  readonly after: number;
  readonly until: number;
}

/**
 * Rows one step's model may learn from: the target `step` periods after the origin lies in the span and is known. In table order.
 */
export function trainingRows(
  table: OriginTable,
  target: Float32Array,
  step: number,
  { after, until }: TargetSpan,
  frequency: PeriodLength,
): Uint32Array {
  const allowed = new Map<number, boolean>();
  const chosen = new Uint32Array(table.rows);
  let count = 0;
  for (let row = 0; row < table.rows; row += 1) {
    const origin = table.origin[row] ?? NaN;
    let inside = allowed.get(origin);
    if (inside === undefined) {
      const period = addPeriods(origin, step, frequency);
      inside = period > after && period <= until;
      allowed.set(origin, inside);
    }
    if (inside && !Number.isNaN(target[row])) chosen[count++] = row;
  }
  return chosen.slice(0, count);
}

/** Rows whose origin is the cutoff: the ones to forecast from, in table order. */
export function rowsAtOrigin(table: OriginTable, cutoffDay: number): Uint32Array {
  return Uint32Array.from(Array.from(table.origin.keys()).filter((row) => table.origin[row] === cutoffDay));
}

/**
 * How much each row's series has sold lately: 1 + the mean of the known values of its sequence (oldest first), each period weighing
 * `decay` times the one after it; 1 is the plain mean. Models of targets divided by it learn shapes that hold for small and large series
 * alike. 1 for a row without any known value; never below 1.
 */
export function recentLevels(table: OriginTable, sequence: readonly Float32Array[], decay: number): Float32Array {
  const levels = new Float32Array(table.rows);
  for (let row = 0; row < table.rows; row += 1) {
    let sum = 0;
    let weights = 0;
    for (const column of sequence) {
      // Everything so far is one period older now; a gap ages it too.
      sum *= decay;
      weights *= decay;
      const value = column[row] ?? NaN;
      if (Number.isNaN(value)) continue;
      sum += value;
      weights += 1;
    }
    levels[row] = 1 + (weights === 0 ? 0 : Math.max(0, sum / weights));
  }
  return levels;
}
