import type { FeatureSpec } from '../../contracts/features.ts';
import { columnOf, recentLevels } from '../../domain/origin-rows.ts';
import type { OriginTable } from '../../domain/origin-rows.ts';
import { channels } from './network-shape.ts';

/** What the network sees of an origin table, before standardising. */
export interface Windows {
  readonly rows: number;
  readonly levels: Float32Array;
  /** Per period, oldest first: log1p(value / level), 0 where unknown. */
  readonly sequence: readonly Float32Array[];
  /** Per period: 1 where the value is known. */
  readonly known: readonly Float32Array[];
  /** Slow-moving columns, what is known of each step ahead, and the logarithm of the level; NaN where unknown. */
  readonly statics: readonly Float32Array[];
  readonly staticNames: readonly string[];
}

/** Weight of a period against the one after it in a series' level. */
const levelDecay = 0.7;

/** Divides each row's sequence by the row's own recent level and gathers the columns beside it. */
export function windowsOf(table: OriginTable, spec: FeatureSpec): Windows {
  const column = (name: string): Float32Array => {
    const found = columnOf(table, name);
    if (!found) throw new Error(`the origin table has no column ${name}`);
    return found;
  };
  const sales = spec.sequence.map(column);
  const levels = recentLevels(table, sales, levelDecay);
  const steps = Array.from({ length: spec.horizon }, (_, i) => i + 1);
  const future = spec.perStep.flatMap(({ name }) => steps.map((step) => `${name}_${step}`));
  const staticNames = [...spec.statics, ...future];
  return {
    rows: table.rows,
    levels,
    sequence: sales.map((values) =>
      values.map((value, row) => (Number.isNaN(value) ? 0 : scaled(value, levels[row] ?? 1))),
    ),
    known: sales.map((values) => values.map((value) => (Number.isNaN(value) ? 0 : 1))),
    statics: [...staticNames.map(column), levels.map((level) => Math.log(level))],
    staticNames: [...staticNames, 'level'],
  };
}

/** The scale the network learns on: relative to the level, on a logarithm so that a peak does not drown the rest. */
export function scaled(value: number, level: number): number {
  return Math.log1p(Math.max(0, value) / level);
}

/** Inverse of {@link scaled}; never negative. */
export function unscaled(output: number, level: number): number {
  return Math.max(0, Math.expm1(output)) * level;
}

/** Means and deviations of the training rows' statics. */
export interface Standard {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** Statistics over `rows` only, so that nothing after the cutoff enters. A column that never varies has deviation 1. */
export function standardOf(statics: readonly Float32Array[], rows: Uint32Array): Standard {
  const moments = statics.map((column) => {
    let count = 0;
    let sum = 0;
    let squares = 0;
    for (const row of rows) {
      const value = column[row] ?? NaN;
      if (Number.isNaN(value)) continue;
      count += 1;
      sum += value;
      squares += value * value;
    }
    const mean = count === 0 ? 0 : sum / count;
    const variance = count === 0 ? 0 : squares / count - mean * mean;
    return { mean, deviation: variance > 1e-12 ? Math.sqrt(variance) : 1 };
  });
  return { mean: moments.map(({ mean }) => mean), deviation: moments.map(({ deviation }) => deviation) };
}

/** A batch as plain arrays, row-major. */
export interface Batch {
  readonly rows: number;
  /** Per period [rows, channels]: value, known, 1. */
  readonly sequence: readonly Float32Array[];
  /** [rows, statics], standardised; an unknown one is 0, its mean; cut at ±5 so that a stray value cannot run away with the network. */
  readonly statics: Float32Array;
}

export function batchOf(windows: Windows, standard: Standard, rows: Uint32Array): Batch {
  const width = windows.statics.length;
  const statics = new Float32Array(rows.length * width);
  windows.statics.forEach((column, s) => {
    const mean = standard.mean[s] ?? 0;
    const deviation = standard.deviation[s] ?? 1;
    rows.forEach((row, i) => {
      const value = ((column[row] ?? NaN) - mean) / deviation;
      statics[i * width + s] = Number.isNaN(value) ? 0 : Math.min(5, Math.max(-5, value));
    });
  });
  const sequence = windows.sequence.map((values, period) => {
    const known = windows.known[period];
    const out = new Float32Array(rows.length * channels).fill(1);
    rows.forEach((row, i) => {
      out[channels * i] = values[row] ?? 0;
      out[channels * i + 1] = known?.[row] ?? 0;
    });
    return out;
  });
  return { rows: rows.length, sequence, statics };
}
