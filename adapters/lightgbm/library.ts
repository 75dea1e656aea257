import koffi from 'koffi';

/** An opaque pointer of LightGBM's; koffi gives 64-bit addresses. */
export type Handle = bigint;
/** Where LightGBM writes a handle. */
export type HandleOut = [Handle | null];
type Numbers = Float32Array | Float64Array | Int32Array;

/** The functions of LightGBM's C API in use (include/LightGBM/c_api.h, 4.x). Those that return a number return 0 or −1. */
export interface LightgbmLibrary {
  readonly lastError: () => string;
  readonly datasetFromMat: (
    data: Float32Array,
    dataType: number,
    rows: number,
    columns: number,
    rowMajor: number,
    parameters: string,
    reference: Handle | null,
    out: HandleOut,
  ) => number;
  readonly datasetSetField: (dataset: Handle, name: string, data: Numbers, length: number, dataType: number) => number;
  readonly datasetSetNames: (dataset: Handle, names: readonly string[], length: number) => number;
  readonly datasetFree: (dataset: Handle) => number;
  readonly boosterCreate: (dataset: Handle, parameters: string, out: HandleOut) => number;
  readonly boosterFromString: (model: string, iterations: Int32Array, out: HandleOut) => number;
  readonly boosterColumns: (booster: Handle, out: Int32Array) => number;
  readonly boosterUpdate: (booster: Handle, finished: Int32Array) => number;
  readonly boosterEvalCount: (booster: Handle, count: Int32Array) => number;
  readonly boosterEval: (booster: Handle, dataset: number, count: Int32Array, out: Float64Array) => number;
  readonly boosterPredict: (
    booster: Handle,
    data: Float32Array,
    dataType: number,
    rows: number,
    columns: number,
    rowMajor: number,
    kind: number,
    start: number,
    iterations: number,
    parameters: string,
    length: BigInt64Array,
    out: Float64Array,
  ) => number;
  readonly boosterSave: TextWriter;
  readonly boosterDump: TextWriter;
  readonly boosterImportance: (booster: Handle, iterations: number, kind: number, out: Float64Array) => number;
  readonly boosterFree: (booster: Handle) => number;
}

/** Writes at most `size` bytes and tells how many there are, the closing zero included. */
export type TextWriter = (
  booster: Handle,
  start: number,
  iterations: number,
  importance: number,
  size: bigint,
  length: BigInt64Array,
  out: Uint8Array,
) => number;

const loaded = new Map<string, LightgbmLibrary>();

/** Opens `lib_lightgbm` once per process. Throws what the system's loader says, e.g. that `libgomp.so.1` is missing. */
export function openLightgbm(path: string): LightgbmLibrary {
  const known = loaded.get(path);
  if (known) return known;
  // koffi keeps type names per process, so the handle has no name.
  const handle = koffi.pointer(koffi.opaque());
  const handleOut = koffi.out(koffi.pointer(handle));
  const lib = load(path);
  const save = ['int', 'int', 'int', 'int64_t', 'int64_t *', 'void *'];
  const library: LightgbmLibrary = {
    lastError: lib.func('LGBM_GetLastError', 'str', []),
    datasetFromMat: lib.func('LGBM_DatasetCreateFromMat', 'int', [
      'void *',
      'int',
      'int32_t',
      'int32_t',
      'int',
      'str',
      handle,
      handleOut,
    ]),
    datasetSetField: lib.func('LGBM_DatasetSetField', 'int', [handle, 'str', 'void *', 'int', 'int']),
    datasetSetNames: lib.func('LGBM_DatasetSetFeatureNames', 'int', [handle, 'const char **', 'int']),
    datasetFree: lib.func('LGBM_DatasetFree', 'int', [handle]),
    boosterCreate: lib.func('LGBM_BoosterCreate', 'int', [handle, 'str', handleOut]),
    boosterFromString: lib.func('LGBM_BoosterLoadModelFromString', 'int', ['str', 'int *', handleOut]),
    boosterColumns: lib.func('LGBM_BoosterGetNumFeature', 'int', [handle, 'int *']),
    boosterUpdate: lib.func('LGBM_BoosterUpdateOneIter', 'int', [handle, 'int *']),
    boosterEvalCount: lib.func('LGBM_BoosterGetEvalCounts', 'int', [handle, 'int *']),
    boosterEval: lib.func('LGBM_BoosterGetEval', 'int', [handle, 'int', 'int *', 'double *']),
    boosterPredict: lib.func('LGBM_BoosterPredictForMat', 'int', [
      handle,
      'void *',
      'int',
      'int32_t',
      'int32_t',
      'int',
      'int',
      'int',
      'int',
      'str',
      'int64_t *',
      'double *',
    ]),
    boosterSave: lib.func('LGBM_BoosterSaveModelToString', 'int', [handle, ...save]),
    boosterDump: lib.func('LGBM_BoosterDumpModel', 'int', [handle, ...save]),
    boosterImportance: lib.func('LGBM_BoosterFeatureImportance', 'int', [handle, 'int', 'int', 'double *']),
    boosterFree: lib.func('LGBM_BoosterFree', 'int', [handle]),
  };
  loaded.set(path, library);
  return library;
}

function load(path: string): ReturnType<typeof koffi.load> {
  try {
    return koffi.load(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new LightgbmError(
      `LightGBM cannot be loaded from ${path}: ${why}. It needs the system's libgomp.so.1; doctor says what is missing`,
    );
  }
}

/** What LightGBM itself said went wrong. */
export class LightgbmError extends Error {
  override get name(): string {
    return 'LightgbmError';
  }
}

/** Throws LightGBM's own words when a call did not return 0. Its error text belongs to the calling thread. */
export function check(library: LightgbmLibrary, returned: number): void {
  if (returned !== 0) throw new LightgbmError(`LightGBM: ${library.lastError()}`);
}

/** A handle LightGBM wrote; a null one is an error of the library, never of the data. */
export function written(out: HandleOut): Handle {
  const [handle] = out;
  if (handle === null) throw new LightgbmError('LightGBM returned no handle');
  return handle;
}

/** Codes of c_api.h. */
export const dataTypes = { float32: 0, float64: 1, int32: 2 } as const;
