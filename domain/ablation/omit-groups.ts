import type { FeatureDefinition } from '../features/feature-definition.ts';
import type { FeaturePlan } from '../features/feature-plan.ts';

type Columns = Pick<FeaturePlan, 'shared' | 'perStep' | 'sequence' | 'statics'>;

/** The same columns without those of some groups; everything else stays, in its order. */
export function omitGroups<T extends Columns>(spec: T, groups: readonly string[]): T {
  const isKept = ({ group }: FeatureDefinition): boolean => !groups.includes(group);
  const omitted = new Set([...spec.shared, ...spec.perStep].filter((column) => !isKept(column)).map(({ name }) => name));
  const names = (all: readonly string[]): string[] => all.filter((name) => !omitted.has(name));
  return { ...spec, shared: spec.shared.filter(isKept), perStep: spec.perStep.filter(isKept), sequence: names(spec.sequence), statics: names(spec.statics) };
}
