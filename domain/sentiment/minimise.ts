/** A function of many numbers: its value, and its gradient, which is written to `gradient`. */
export type Objective = (at: Float64Array, gradient: Float64Array) => number;

export interface Minimum {
  readonly at: Float64Array;
  readonly value: number;
  readonly iterations: number;
  /** Whether the gradient became as small as was asked. */
  readonly converged: boolean;
}

/** Former steps that the curvature is told from. */
const memory = 10;
const sufficientDecrease = 1e-4;

/**
 * Minimises a smooth convex function by L-BFGS (Nocedal and Wright, Numerical Optimization, 2nd ed., algorithms 7.4 and 7.5) with backtracking
 * steps; where curvature along a step is not positive the step teaches nothing. Ends when no part of the gradient exceeds `tolerance`.
 */
export function minimise(objective: Objective, start: Float64Array, { tolerance, maxIterations }: { readonly tolerance: number; readonly maxIterations: number }): Minimum {
  let at: Float64Array = Float64Array.from(start);
  let gradient: Float64Array = new Float64Array(at.length);
  let value = objective(at, gradient);
  const steps: Step[] = [];
  for (let iterations = 0; iterations < maxIterations; iterations += 1) {
    if (largest(gradient) <= tolerance) return { at, value, iterations, converged: true };
    const direction = descent(gradient, steps);
    const slope = dot(direction, gradient);
    // The first direction is the gradient itself, of unknown scale.
    let length = steps.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1;
    const nextGradient = new Float64Array(at.length);
    let next = moved(at, direction, length);
    let nextValue = objective(next, nextGradient);
    while (!(nextValue <= value + sufficientDecrease * length * slope)) {
      length /= 2;
      if (length < 1e-20) return { at, value, iterations, converged: false };
      next = moved(at, direction, length);
      nextValue = objective(next, nextGradient);
    }
    remember(steps, { from: at, to: next, before: gradient, after: nextGradient });
    [at, gradient, value] = [next, nextGradient, nextValue];
  }
  return { at, value, iterations: maxIterations, converged: largest(gradient) <= tolerance };
}

interface Step {
  readonly move: Float64Array;
  readonly change: Float64Array;
  /** 1 ÷ their product. */
  readonly rho: number;
}

function remember(steps: Step[], { from, to, before, after }: { readonly from: Float64Array; readonly to: Float64Array; readonly before: Float64Array; readonly after: Float64Array }): void {
  const [move, change] = [moved(to, from, -1), moved(after, before, -1)];
  const curvature = dot(move, change);
  if (curvature <= 0) return;
  steps.push({ move, change, rho: 1 / curvature });
  if (steps.length > memory) steps.shift();
}

/** The two-loop recursion: minus the inverse curvature times the gradient. */
function descent(gradient: Float64Array, steps: readonly Step[]): Float64Array {
  let direction: Float64Array = Float64Array.from(gradient, (part) => -part);
  const factors: number[] = [];
  for (const { move, change, rho } of [...steps].reverse()) {
    const factor = rho * dot(move, direction);
    factors.push(factor);
    direction = moved(direction, change, -factor);
  }
  const last = steps.at(-1);
  if (last !== undefined) {
    const scale = 1 / (last.rho * dot(last.change, last.change));
    direction = direction.map((part) => part * scale);
  }
  for (const { move, change, rho } of steps) direction = moved(direction, move, (factors.pop() ?? 0) - rho * dot(change, direction));
  return direction;
}

function moved(from: Float64Array, direction: Float64Array, length: number): Float64Array {
  return from.map((part, i) => part + length * (direction[i] ?? 0));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
