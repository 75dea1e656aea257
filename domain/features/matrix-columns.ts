import type { FeaturePlan } from './feature-plan.ts';

/** Column names of an origin table and of a matrix, in order: shared, per-step, cleaned targets, raw actuals. */
export function matrixColumns({ shared, perStep, horizon }: Pick<FeaturePlan, 'shared' | 'perStep' | 'horizon'>): readonly string[] {
  const perHorizon = (name: string): string[] => Array.from({ length: horizon }, (_, i) => `${name}_${String(i + 1)}`);
  return [...shared.map(({ name }) => name), ...perStep.flatMap(({ name }) => perHorizon(name)), ...perHorizon('y'), ...perHorizon('a')];
}
