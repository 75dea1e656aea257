import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import * as tensorflow from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { useFasterKernels } from './wasm-kernels.ts';

export type TensorFlow = typeof tensorflow;

export interface Engine {
  readonly tf: TensorFlow;
  /** `tfjs-wasm 4.22.0` and, where a wanted tier did not open, why. */
  readonly name: string;
}

/** What FORECASTLE_TENSORFLOW may ask for; anything else means wasm, which is always there. */
const nativeTiers: Readonly<Record<string, { readonly module: string; readonly backend: string }>> = {
  node: { module: '@tensorflow/tfjs-node', backend: 'tensorflow' },
  'node-gpu': { module: '@tensorflow/tfjs-node-gpu', backend: 'tensorflow' },
};

/**
 * Opens the fastest engine that was asked for and is there, else WebAssembly. The native tiers are not part of the installation and have
 * not been tested here; importing their package registers a backend with the same TensorFlow.js.
 */
export async function openEngine(wanted: string | undefined): Promise<Engine> {
  const tier = nativeTiers[wanted ?? ''];
  if (tier) {
    try {
      await import(tier.module);
      if (await tensorflow.setBackend(tier.backend)) {
        return { tf: tensorflow, name: `tfjs-${wanted} ${tensorflow.version.tfjs}` };
      }
    } catch (error) {
      const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
      process.stderr.write(`TensorFlow: ${tier.module} cannot be used, WebAssembly does the work instead (${why})\n`);
    }
  }
  setWasmPaths(`${dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  if (!(await tensorflow.setBackend('wasm'))) throw new Error('TensorFlow.js: the WebAssembly backend did not start');
  await tensorflow.ready();
  useFasterKernels(tensorflow);
  return { tf: tensorflow, name: `tfjs-wasm ${tensorflow.version.tfjs}` };
}
