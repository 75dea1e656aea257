import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import type { TensorFlow } from './engine.ts';

let isPatched = false;

/**
 * Replaces two kernels of the WebAssembly backend; does nothing the second time.
 * - BatchMatMul: matrices are transposed before they are multiplied. The original takes a slow path when asked to multiply by a transposed
 *   matrix, as every gradient does: 40 × the time of Keras, 4 to 6 × with this.
 * - Identity: see {@link shareCopies}.
 */
export function useFasterKernels(tf: TensorFlow): void {
  if (isPatched) return;
  isPatched = true;
  const multiply = requiredKernel(tf, 'BatchMatMul');
  const transpose = requiredKernel(tf, 'Transpose');

  const kernelFunc: KernelFunc = ({ inputs, attrs, backend }) => {
    const temporary: TensorInfo[] = [];
    const upright = (matrix: TensorInfo | undefined, isTransposed: unknown): TensorInfo => {
      if (!matrix) throw new Error('BatchMatMul needs two matrices');
      if (isTransposed !== true) return matrix;
      const rank = matrix.shape.length;
      const perm = [...Array(rank - 2).keys(), rank - 1, rank - 2];
      const turned = single(transpose({ inputs: { x: matrix }, attrs: { perm }, backend }));
      temporary.push(turned);
      return turned;
    };
    const a = upright(inputs['a'], attrs?.['transposeA']);
    const b = upright(inputs['b'], attrs?.['transposeB']);
    const product = multiply({ inputs: { a, b }, attrs: { transposeA: false, transposeB: false }, backend });
    for (const { dataId } of temporary) {
      if (hasDisposeData(backend)) backend.disposeData(dataId);
    }
    return product;
  };
  shareCopies(tf);
  tf.unregisterKernel('BatchMatMul', 'wasm');
  tf.registerKernel({ kernelName: 'BatchMatMul', backendName: 'wasm', kernelFunc });
}

/** A tensor kept for its gradient is a second name for the same numbers, as in the CPU backend, not a copy of them. */
function shareCopies(tf: TensorFlow): void {
  const kernelFunc: KernelFunc = ({ inputs, backend }) => {
    const x = inputs['x'];
    if (!x || !hasIncRef(backend)) throw new Error('Identity needs a tensor of the WebAssembly backend');
    backend.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  };
  tf.unregisterKernel('Identity', 'wasm');
  tf.registerKernel({ kernelName: 'Identity', backendName: 'wasm', kernelFunc });
}

function hasIncRef(backend: object): backend is { incRef(dataId: object): void } {
  return 'incRef' in backend && typeof backend.incRef === 'function';
}

function requiredKernel(tf: TensorFlow, name: string): KernelFunc {
  const kernel = tf.getKernel(name, 'wasm');
  if (!kernel) throw new Error(`TensorFlow.js: the WebAssembly backend has no ${name}`);
  return kernel.kernelFunc;
}

function single(result: TensorInfo | TensorInfo[]): TensorInfo {
  const first = Array.isArray(result) ? result[0] : result;
  if (!first) throw new Error('a kernel gave no tensor');
  return first;
}

function hasDisposeData(backend: object): backend is { disposeData(dataId: object): void } {
  return 'disposeData' in backend && typeof backend.disposeData === 'function';
}
