import type { TensorFlow } from './engine.ts';
import type { Heads } from './network.ts';
import type { NetworkShape, Weight } from './network-shape.ts';
import { outputsOf } from './passes.ts';
import { headCount, pointHead, quantileHead } from './settings.ts';
import { batchOf, unscaled } from './windows.ts';
import type { Standard, Windows } from './windows.ts';

/** A trained network and how its input is standardised: all that a forecast needs. */
export interface FittedNetwork {
  readonly shape: NetworkShape;
  readonly heads: Heads;
  readonly weights: readonly Weight[];
  readonly standard: Standard;
  readonly staticNames: readonly string[];
}

const rowsAtOnce = 1_024;

/**
 * Forecasts in units: per row and step the point and then one value per level of `quantiles`, row-major; non-negative, quantiles sorted.
 * Throws when a level was not learnt.
 */
export function forecast(
  tf: TensorFlow,
  fitted: FittedNetwork,
  windows: Windows,
  rows: Uint32Array,
  quantiles: readonly number[],
): Float32Array {
  const { shape, weights, standard, heads } = fitted;
  const quantileHeads = quantiles.map((level) => requiredHead(heads, level));
  const perStep = 1 + quantiles.length;
  const out = new Float32Array(rows.length * shape.horizon * perStep);
  for (let start = 0; start < rows.length; start += rowsAtOnce) {
    const some = rows.subarray(start, start + rowsAtOnce);
    const outputs = outputsOf({ tf, shape, weights, batch: batchOf(windows, standard, some) });
    some.forEach((row, i) => {
      const level = windows.levels[row] ?? 1;
      for (let step = 0; step < shape.horizon; step += 1) {
        const at = (i * shape.horizon + step) * headCount(heads);
        const units = (head: number): number => unscaled(outputs[at + head] ?? NaN, level);
        const values = quantileHeads.map(units).sort((a, b) => a - b);
        out.set([units(pointHead(heads)), ...values], ((start + i) * shape.horizon + step) * perStep);
      }
    });
  }
  return out;
}

function requiredHead(heads: Heads, level: number): number {
  const head = quantileHead(heads, level);
  if (head < 0)
    throw new Error(`the network has not learnt the quantile ${level}; it knows ${heads.quantiles.join(', ')}`);
  return head;
}
