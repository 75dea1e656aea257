/** What a model learns instead of the target: `transform(target / level)`. Both are increasing, so quantiles pass through unharmed. */
export type Transform = 'identity' | 'log1p' | 'sqrt';
export type Scaling = 'none' | 'mean' | 'recent';

/** The transform that belongs to an objective of ours. */
export function transformOf(objective: string): Transform {
  return objective === 'log1p' || objective === 'sqrt' ? objective : 'identity';
}

/** Label of a target in units; a negative target (net returns) counts as 0, which every objective can take. */
export function labelOf(target: number, level: number, transform: Transform): number {
  const scaled = Math.max(0, target) / level;
  if (transform === 'log1p') return Math.log1p(scaled);
  return transform === 'sqrt' ? Math.sqrt(scaled) : scaled;
}

/** Forecast in units from a model's value; never negative. Inverse of {@link labelOf}. */
export function forecastOf(value: number, level: number, transform: Transform): number {
  if (transform === 'log1p') return Math.max(0, Math.expm1(value)) * level;
  return transform === 'sqrt' ? Math.max(0, value) ** 2 * level : Math.max(0, value) * level;
}
