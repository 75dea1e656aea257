export interface OptimizerSettings {
  readonly kind: 'adam' | 'sgd';
  readonly learningRate: number;
  /** Steps until the learning rate, falling along half a cosine, is 0. */
  readonly steps: number;
  /** Gradients longer than this, over all weights together, are shortened to it. */
  readonly longestGradient: number;
}

/** Changes weights in place, one step at a time, always downhill: θ ← θ − η · direction. */
export interface Optimizer {
  step(weights: readonly Float32Array[], gradients: readonly Float32Array[]): void;
}

const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-7;

/**
 * Adam (Kingma and Ba 2015) or stochastic gradient descent with momentum 0.9, cosine decay (Loshchilov and Hutter 2017) and clipping by
 * the global norm. Plain arithmetic on arrays, so that every engine gives the same steps.
 */
export function createOptimizer(
  { kind, learningRate, steps, longestGradient }: OptimizerSettings,
  sizes: readonly number[],
): Optimizer {
  const first = sizes.map((size) => new Float64Array(size));
  const second = sizes.map((size) => new Float64Array(size));
  let taken = 0;
  return {
    step(weights, gradients) {
      const rate = learningRate * 0.5 * (1 + Math.cos((Math.PI * Math.min(taken, steps)) / steps));
      const shorten = Math.min(1, longestGradient / (lengthOf(gradients) + epsilon));
      taken += 1;
      weights.forEach((weight, w) => {
        const gradient = gradients[w] ?? new Float32Array(weight.length);
        const mean = first[w] ?? new Float64Array(weight.length);
        const square = second[w] ?? new Float64Array(weight.length);
        for (let i = 0; i < weight.length; i += 1) {
          const g = (gradient[i] ?? 0) * shorten;
          const m = kind === 'adam' ? beta1 * (mean[i] ?? 0) + (1 - beta1) * g : beta1 * (mean[i] ?? 0) + g;
          mean[i] = m;
          if (kind === 'sgd') {
            weight[i] = (weight[i] ?? 0) - rate * m;
            continue;
          }
          const v = beta2 * (square[i] ?? 0) + (1 - beta2) * g * g;
          square[i] = v;
          weight[i] =
            (weight[i] ?? 0) - (rate * (m / (1 - beta1 ** taken))) / (Math.sqrt(v / (1 - beta2 ** taken)) + epsilon);
        }
      });
    },
  };
}

function lengthOf(gradients: readonly Float32Array[]): number {
  let sum = 0;
  for (const gradient of gradients) for (const g of gradient) sum += g * g;
  return Math.sqrt(sum);
}
