import type { FeatureSpec } from '../../contracts/features.ts';
import { columnOf, trainingRows } from '../../domain/origin-rows.ts';
import type { OriginTable, TargetSpan } from '../../domain/origin-rows.ts';
import type { Random } from '../../domain/random.ts';
import { shuffledIndices } from '../../domain/random.ts';
import { scaled } from './windows.ts';

/** Targets of a span on the network's scale: [rows, horizon]; `known` is 0 where a target is missing or lies outside of it. */
export interface Targets {
  readonly horizon: number;
  readonly values: Float32Array;
  readonly known: Float32Array;
  /** Rows with at least one known target, in table order. */
  readonly rows: Uint32Array;
}

export function targetsOf(table: OriginTable, spec: FeatureSpec, levels: Float32Array, span: TargetSpan): Targets {
  const values = new Float32Array(table.rows * spec.horizon);
  const known = new Float32Array(table.rows * spec.horizon);
  const hasTarget = new Uint8Array(table.rows);
  for (let step = 1; step <= spec.horizon; step += 1) {
    const column = columnOf(table, `y_${step}`);
    if (!column) throw new Error(`the origin table has no column y_${step}`);
    for (const row of trainingRows(table, column, step, span, spec.frequency)) {
      const at = row * spec.horizon + step - 1;
      values[at] = scaled(column[row] ?? 0, levels[row] ?? 1);
      known[at] = 1;
      hasTarget[row] = 1;
    }
  }
  const rows = Uint32Array.from(Array.from(hasTarget.keys()).filter((row) => hasTarget[row] === 1));
  return { horizon: spec.horizon, values, known, rows };
}

/** The rows of some targets, packed for a tensor [rows, horizon, 1]. */
export function pickTargets(targets: Targets, rows: Uint32Array): { values: Float32Array; known: Float32Array } {
  const { horizon } = targets;
  const values = new Float32Array(rows.length * horizon);
  const known = new Float32Array(rows.length * horizon);
  rows.forEach((row, i) => {
    values.set(targets.values.subarray(row * horizon, (row + 1) * horizon), i * horizon);
    known.set(targets.known.subarray(row * horizon, (row + 1) * horizon), i * horizon);
  });
  return { values, known };
}

const heldOutShare = 0.1;
const mostHeldOut = 2_048;

/**
 * A tenth of the series, at least one, is kept from training and tells when to stop; at most 2,048 of its windows are looked at. A single
 * series has nothing to spare: then there is no hold-out. Whole series, because windows of one series overlap.
 */
export function holdOut(
  table: OriginTable,
  rows: Uint32Array,
  random: Random,
): { training: Uint32Array; heldOut: Uint32Array } {
  const series = Uint32Array.from(new Set(rows.map((row) => table.series[row] ?? 0)));
  if (series.length < 2) return { training: rows, heldOut: new Uint32Array() };
  const order = shuffledIndices(series.length, random);
  const count = Math.max(1, Math.floor(series.length * heldOutShare));
  const kept = new Set(Array.from(order.subarray(0, count), (i) => series[i] ?? 0));
  const isKept = (row: number): boolean => kept.has(table.series[row] ?? 0);
  const windows = rows.filter(isKept);
  const chosen = shuffledIndices(windows.length, random).subarray(0, mostHeldOut).sort();
  return { training: rows.filter((row) => !isKept(row)), heldOut: chosen.map((i) => windows[i] ?? 0) };
}

/**
 * Where training starts: for each step and head the quantile of the known training targets, [horizon × heads]. NaN-free: a step
 * without a target starts at 0.
 */
export function startingOutputs(targets: Targets, rows: Uint32Array, levels: readonly number[]): Float32Array {
  const out = new Float32Array(targets.horizon * levels.length);
  for (let step = 0; step < targets.horizon; step += 1) {
    const at = (row: number): number => row * targets.horizon + step;
    const sorted = rows.filter((row) => targets.known[at(row)] === 1);
    const values = Float32Array.from(sorted, (row) => targets.values[at(row)] ?? 0).sort();
    levels.forEach((level, head) => {
      out[step * levels.length + head] = values[Math.round(level * (values.length - 1))] ?? 0;
    });
  }
  return out;
}
