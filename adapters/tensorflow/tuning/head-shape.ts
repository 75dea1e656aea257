import type { Tuning } from '../../../contracts/embeddings.schema.ts';
import type { Random } from '../../../domain/random.ts';
import type { Weight } from '../network-shape.ts';

/** Sizes of the network that replaces vectors. */
export interface HeadShape {
  readonly layers: Tuning['layers'];
  /** Numbers of a vector before and after. */
  readonly width: number;
  readonly dims: number;
  /** Figures that are predicted from the new vector; 0 where it is compared with others instead. */
  readonly answers: number;
}

/** Units of the hidden layer that stands beside the linear one. */
export const hiddenUnits = ({ dims }: Pick<HeadShape, 'dims'>): number => Math.max(32, 2 * dims);

/** Names and shapes of all weights. */
export function headWeights(shape: HeadShape): readonly (readonly [string, readonly [number, number]])[] {
  const { layers, width, dims, answers } = shape;
  const hidden = hiddenUnits(shape);
  return [
    ['axes', [width, dims]],
    ['axesBias', [1, dims]],
    ...(layers === 'mlp' ? ([['enter', [width, hidden]], ['enterBias', [1, hidden]], ['leave', [hidden, dims]]] as const) : []),
    ...(answers > 0 ? ([['answer', [dims, answers]], ['answerBias', [1, answers]]] as const) : []),
  ];
}

/**
 * Where training starts: `axes` (row-major, width × dims) are given, the way around them through the hidden layer leads nowhere yet (as adapters
 * begin, Houlsby et al. 2019), and the rest is Glorot's (2010).
 */
export function startingWeights(shape: HeadShape, axes: Float32Array, random: Random): readonly Weight[] {
  return headWeights(shape).map(([name, [rows, columns]]) => {
    const values = new Float32Array(rows * columns);
    if (name === 'axes') values.set(axes);
    else if (name === 'enter' || name === 'answer') {
      const limit = Math.sqrt(6 / (rows + columns));
      for (let i = 0; i < values.length; i += 1) values[i] = limit * (2 * random.next() - 1);
    }
    return { name, shape: [rows, columns], values };
  });
}
