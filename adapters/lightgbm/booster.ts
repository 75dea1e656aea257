import { check, dataTypes, written } from './library.ts';
import type { Handle, HandleOut, LightgbmLibrary, TextWriter } from './library.ts';
import type { Dataset } from './dataset.ts';
import { parameterText } from './parameter-text.ts';
import type { LightgbmParameters } from './parameter-text.ts';

/** A column-major block of rows with the columns the model was trained on, in their order. */
export interface Rows {
  readonly values: Float32Array;
  readonly rows: number;
}

export interface Booster {
  readonly columns: number;
  /** One more tree. True when no further split was possible. */
  update(): boolean;
  /** The metrics of the parameter `metric` on the training data. */
  trainingMetrics(): Float64Array;
  /** One value per row, on the target's own scale. */
  predict(input: Rows, threads: number): Float64Array;
  /** Exact TreeSHAP (Lundberg et al. 2020): per row one contribution per column, then the base value; row-major. Sums to the raw score. */
  contributions(input: Rows, threads: number): Float64Array;
  /** Total gain of the splits on each column. */
  gainByColumn(): Float64Array;
  /** The model as LightGBM's text format, the same for any number of threads. */
  save(): string;
  /** The trees as JSON text. */
  dump(): string;
  free(): void;
}

const normal = 0;
const contribution = 3;
const byGain = 1;

/** A model to be trained on `dataset`. Throws {@link LightgbmError} when a parameter does not fit. */
export function createBooster(library: LightgbmLibrary, dataset: Dataset, parameters: LightgbmParameters): Booster {
  const out: HandleOut = [null];
  check(library, library.boosterCreate(dataset.handle, parameterText(parameters), out));
  return boosterOf(library, written(out), dataset.columns);
}

/** A trained model from the text that `save` gave. */
export function loadBooster(library: LightgbmLibrary, text: string): Booster {
  const out: HandleOut = [null];
  check(library, library.boosterFromString(text, new Int32Array(1), out));
  const handle = written(out);
  const columns = new Int32Array(1);
  check(library, library.boosterColumns(handle, columns));
  return boosterOf(library, handle, columns[0] ?? 0);
}

function boosterOf(library: LightgbmLibrary, handle: Handle, columns: number): Booster {
  function predictAs(kind: number, input: Rows, perRow: number, threads: number): Float64Array {
    if (input.values.length !== input.rows * columns) {
      throw new RangeError(`${input.values.length} values are not ${input.rows} rows × the model's ${columns} columns`);
    }
    const out = new Float64Array(input.rows * perRow);
    if (input.rows === 0) return out;
    const parameters = parameterText({ num_threads: threads, verbosity: -1 });
    check(
      library,
      library.boosterPredict(
        handle,
        input.values,
        dataTypes.float32,
        input.rows,
        columns,
        0,
        kind,
        0,
        -1,
        parameters,
        new BigInt64Array(1),
        out,
      ),
    );
    return out;
  }
  function text(write: TextWriter): string {
    const length = new BigInt64Array(1);
    let buffer = Buffer.alloc(1 << 20);
    const attempt = (): number => write(handle, 0, -1, 0, BigInt(buffer.length), length, buffer);
    check(library, attempt());
    if (Number(length[0]) > buffer.length) {
      buffer = Buffer.alloc(Number(length[0]));
      check(library, attempt());
    }
    return buffer.toString('utf8', 0, Number(length[0]) - 1);
  }
  return {
    columns,
    update() {
      const finished = new Int32Array(1);
      check(library, library.boosterUpdate(handle, finished));
      return finished[0] === 1;
    },
    trainingMetrics() {
      const count = new Int32Array(1);
      check(library, library.boosterEvalCount(handle, count));
      const out = new Float64Array(count[0] ?? 0);
      check(library, library.boosterEval(handle, 0, count, out));
      return out;
    },
    predict: (input, threads) => predictAs(normal, input, 1, threads),
    contributions: (input, threads) => predictAs(contribution, input, columns + 1, threads),
    gainByColumn() {
      const out = new Float64Array(columns);
      check(library, library.boosterImportance(handle, -1, byGain, out));
      return out;
    },
    // The file quotes the parameters it was trained with, the thread count among them; a model's digest must not depend on the machine.
    save: () => text(library.boosterSave).replace(/^\[num_threads: \d+\]$/m, '[num_threads: 0]'),
    dump: () => text(library.boosterDump),
    free: () => check(library, library.boosterFree(handle)),
  };
}
