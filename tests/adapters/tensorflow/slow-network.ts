import { channels, weightShapes } from '../../../adapters/tensorflow/network-shape.ts';
import type { NetworkShape, Weight } from '../../../adapters/tensorflow/network-shape.ts';
import type { Batch } from '../../../adapters/tensorflow/windows.ts';

/** The network written with loops and double precision: what the fast one is compared with. Returns [rows, horizon × heads]. */
export function slowOutputs(shape: NetworkShape, weights: readonly Weight[], batch: Batch): number[][] {
  const matrices = new Map(weights.map(({ name, values }) => [name, values]));
  const columnsOf = new Map(weightShapes(shape).map(([name, [, columns]]) => [name, columns]));
  const times = (x: readonly number[], name: string): number[] => {
    const values = matrices.get(name) ?? [];
    const columns = columnsOf.get(name) ?? 0;
    return Array.from({ length: columns }, (_, c) =>
      x.reduce((sum, value, r) => sum + value * (values[r * columns + c] ?? NaN), 0),
    );
  };
  const plus = (x: readonly number[], name: string): number[] =>
    x.map((value, i) => value + (matrices.get(name)?.[i] ?? NaN));
  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
  const { units } = shape;

  return Array.from({ length: batch.rows }, (_, row) => {
    const statics = [...batch.statics.subarray(row * shape.statics, (row + 1) * shape.statics)];
    const condition = plus(times(statics, 'condition'), 'conditionBias').map(Math.tanh);
    let hidden = condition.slice(0, units);
    let cell = condition.slice(units);
    for (const period of batch.sequence) {
      const gates = times([...period.subarray(row * channels, (row + 1) * channels), ...hidden], 'lstm');
      const gate = (kind: number, unit: number): number => gates[kind * units + unit] ?? NaN;
      cell = cell.map((value, u) => sigmoid(gate(1, u)) * value + sigmoid(gate(0, u)) * Math.tanh(gate(2, u)));
      hidden = cell.map((value, u) => sigmoid(gate(3, u)) * Math.tanh(value));
    }
    const dense = plus(times([...hidden, ...statics], 'dense'), 'denseBias').map((value) => Math.max(0, value));
    return plus(times(dense, 'output'), 'outputBias');
  });
}
