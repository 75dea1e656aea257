import type { Random } from '../../domain/random.ts';

/** Sizes of the network; with its weights, all there is to know about it. */
export interface NetworkShape {
  /** Length of the input sequence. */
  readonly sequence: number;
  readonly statics: number;
  readonly units: number;
  readonly dense: number;
  readonly horizon: number;
  /** Outputs per step: the point (where it has a head of its own) and the quantiles. */
  readonly heads: number;
}

/** A weight's values, row-major. */
export interface Weight {
  readonly name: string;
  readonly shape: readonly [number, number];
  readonly values: Float32Array;
}

/** What the network sees of each period: value, whether it is known, and 1, whose weights are the gates' biases. */
export const channels = 3;

/** Names and shapes of all weights, in the order of the model file. */
export function weightShapes({
  statics,
  units,
  dense,
  horizon,
  heads,
}: NetworkShape): readonly (readonly [string, readonly [number, number]])[] {
  return [
    ['condition', [statics, 2 * units]],
    ['conditionBias', [1, 2 * units]],
    ['lstm', [channels + units, 4 * units]],
    ['dense', [units + statics, dense]],
    ['denseBias', [1, dense]],
    ['output', [dense, horizon * heads]],
    ['outputBias', [1, horizon * heads]],
  ];
}

/**
 * Glorot's uniform initialisation (2010); biases 0, but 1 for the LSTM's forget gate (Jozefowicz et al. 2015) and `outputs` for the last
 * layer, so that training starts from the targets' own quantiles.
 */
export function initialWeights(shape: NetworkShape, outputs: Float32Array, random: Random): readonly Weight[] {
  return weightShapes(shape).map(([name, [rows, columns]]) => {
    const values = new Float32Array(rows * columns);
    if (name === 'outputBias') values.set(outputs);
    else if (!name.endsWith('Bias')) {
      const limit = Math.sqrt(6 / (rows + columns));
      for (let i = 0; i < values.length; i += 1) values[i] = limit * (2 * random.next() - 1);
      if (name === 'lstm') setGateBiases(values, shape.units);
    }
    return { name, shape: [rows, columns], values };
  });
}

function setGateBiases(lstm: Float32Array, units: number): void {
  const biases = lstm.subarray((channels - 1) * 4 * units, channels * 4 * units);
  biases.fill(0).fill(1, units, 2 * units);
}
