import { check, dataTypes, written } from './library.ts';
import type { Handle, HandleOut, LightgbmLibrary } from './library.ts';
import { parameterText } from './parameter-text.ts';
import type { LightgbmParameters } from './parameter-text.ts';

export interface DatasetInput {
  /** Column-major, NaN = missing; copied into bins, so it may be reused afterwards. */
  readonly values: Float32Array;
  readonly rows: number;
  readonly names: readonly string[];
  readonly labels: Float32Array;
  readonly weights?: Float32Array;
}

/** Binned training data. Boosters made on it refer to it: free it after them. */
export interface Dataset {
  readonly handle: Handle;
  readonly columns: number;
  free(): void;
}

/** Bins the columns. Throws {@link LightgbmError}, e.g. when labels and rows differ in number. */
export function createDataset(library: LightgbmLibrary, input: DatasetInput, parameters: LightgbmParameters): Dataset {
  const columns = input.names.length;
  if (input.values.length !== input.rows * columns) {
    throw new RangeError(`${input.values.length} values are not ${input.rows} rows × ${columns} columns`);
  }
  const out: HandleOut = [null];
  check(
    library,
    library.datasetFromMat(
      input.values,
      dataTypes.float32,
      input.rows,
      columns,
      0,
      parameterText(parameters),
      null,
      out,
    ),
  );
  const handle = written(out);
  const dataset: Dataset = { handle, columns, free: () => check(library, library.datasetFree(handle)) };
  try {
    check(library, library.datasetSetNames(handle, input.names, columns));
    check(library, library.datasetSetField(handle, 'label', input.labels, input.labels.length, dataTypes.float32));
    const { weights } = input;
    if (weights) check(library, library.datasetSetField(handle, 'weight', weights, weights.length, dataTypes.float32));
    return dataset;
  } catch (error) {
    dataset.free();
    throw error;
  }
}
