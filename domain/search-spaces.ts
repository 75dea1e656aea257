/** Hyper-parameters of the searched model families: what they are called, what they may be, where a search starts and looks. */

export type Family = 'lightgbm' | 'lstm';
export type Value = string | number | boolean;
/** Same shape as in a pipeline file (`search.space`). */
export type Distribution =
  | { readonly float: readonly [number, number]; readonly log: boolean }
  | { readonly int: readonly [number, number]; readonly log: boolean }
  | { readonly choice: readonly Value[] };

/** What a value of a parameter may be at all; both ends included. */
type Allowed =
  | { readonly kind: 'integer' | 'number'; readonly least: number; readonly most: number }
  | { readonly kind: 'one-of'; readonly values: readonly string[] };

interface Parameter {
  readonly first: Value;
  readonly allowed: Allowed;
  /** Where a search looks; without it the parameter keeps its first value unless a pipeline file says otherwise. */
  readonly searched?: Distribution;
}

const integer = (least: number, most: number): Allowed => ({ kind: 'integer', least, most });
const number = (least: number, most: number): Allowed => ({ kind: 'number', least, most });
const oneOf = (...values: readonly string[]): Allowed => ({ kind: 'one-of', values });

/** First values: the best over three origins of a retail set (weekly, 1,000 series), see bench/. */
const lightgbm: Readonly<Record<string, Parameter>> = {
  objective: {
    first: 'log1p',
    allowed: oneOf('l1', 'l2', 'tweedie', 'poisson', 'log1p', 'sqrt'),
    searched: { choice: ['log1p', 'l1', 'sqrt', 'tweedie'] },
  },
  scaling: {
    first: 'recent',
    allowed: oneOf('none', 'mean', 'recent'),
    searched: { choice: ['none', 'mean', 'recent'] },
  },
  num_iterations: { first: 80, allowed: integer(1, 10_000), searched: { int: [60, 240], log: true } },
  learning_rate: { first: 0.08, allowed: number(1e-4, 1), searched: { float: [0.02, 0.15], log: true } },
  num_leaves: { first: 31, allowed: integer(2, 4_096), searched: { int: [8, 96], log: true } },
  min_data_in_leaf: { first: 50, allowed: integer(1, 100_000), searched: { int: [10, 200], log: true } },
  feature_fraction: { first: 0.5, allowed: number(0.01, 1), searched: { float: [0.3, 1], log: false } },
  bagging_fraction: { first: 0.8, allowed: number(0.01, 1), searched: { float: [0.5, 1], log: false } },
  lambda_l2: { first: 1, allowed: number(0, 10_000), searched: { float: [0.01, 10], log: true } },
  max_bin: { first: 63, allowed: integer(2, 255) },
  /** Rows (origin × step) learned from at most, drawn by the seed; 0 takes all. On 500,000 rows a fifth gives the same error. */
  max_rows: { first: 100_000, allowed: integer(0, 1_000_000_000) },
};

const lstm: Readonly<Record<string, Parameter>> = {
  units: { first: 24, allowed: integer(2, 512), searched: { int: [16, 64], log: true } },
  dense: { first: 64, allowed: integer(2, 1_024), searched: { int: [32, 128], log: true } },
  learning_rate: { first: 0.012, allowed: number(1e-6, 1), searched: { float: [0.003, 0.03], log: true } },
  batch: { first: 128, allowed: integer(8, 4_096), searched: { choice: [64, 128, 256] } },
  steps: { first: 300, allowed: integer(10, 100_000), searched: { int: [150, 600], log: true } },
  dropout: { first: 0.1, allowed: number(0, 0.9), searched: { float: [0, 0.4], log: false } },
  optimizer: { first: 'adam', allowed: oneOf('adam', 'sgd') },
  loss: { first: 'pinball', allowed: oneOf('pinball', 'mae', 'mse') },
};

const families: Readonly<Record<Family, Readonly<Record<string, Parameter>>>> = { lightgbm, lstm };

/** The parameters a search tries first. */
export function defaultParameters(family: Family): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(families[family]).map(([name, parameter]) => [name, parameter.first]));
}

/** Where a search looks when the pipeline file says nothing. */
export function defaultSpace(family: Family): Readonly<Record<string, Distribution>> {
  return Object.fromEntries(
    Object.entries(families[family]).flatMap(([name, { searched }]) => (searched ? [[name, searched] as const] : [])),
  );
}

/** What keeps these parameters from being used, one line each; empty when nothing does. Missing ones are no problem: they have first values. */
export function parameterProblems(family: Family, parameters: Readonly<Record<string, Value>>): readonly string[] {
  return Object.entries(parameters).flatMap(([name, value]) => {
    const parameter = families[family][name];
    return parameter ? valueProblems(family, name, parameter.allowed, value) : [unknownName(family, name)];
  });
}

export interface ResolvedSpace {
  /** What the sampler chooses from. */
  readonly space: Readonly<Record<string, Distribution>>;
  /** Parameters that every trial has, whatever the sampler says. */
  readonly fixed: Readonly<Record<string, Value>>;
  /** Parameters of the first trial: all of them, inside `space`. */
  readonly first: Readonly<Record<string, Value>>;
  /** What is wrong with the overrides, one line each; the rest holds only when this is empty. */
  readonly problems: readonly string[];
}

/**
 * A family's space under a pipeline file's overrides: a value fixes a parameter, a distribution replaces its own. The first trial
 * takes each default, or the nearest thing to it that a replaced distribution contains.
 */
export function resolveSpace(family: Family, overrides: Readonly<Record<string, Value | Distribution>>): ResolvedSpace {
  const problems: string[] = [];
  const space: Record<string, Distribution> = {};
  const fixed: Record<string, Value> = {};
  const first: Record<string, Value> = {};
  for (const name of Object.keys(overrides)) if (!(name in families[family])) problems.push(unknownName(family, name));
  for (const [name, parameter] of Object.entries(families[family])) {
    const chosen = overrides[name] ?? parameter.searched ?? parameter.first;
    if (typeof chosen === 'object') {
      problems.push(...distributionProblems(family, name, parameter.allowed, chosen));
      space[name] = chosen;
      first[name] = nearest(parameter.first, chosen);
    } else {
      problems.push(...valueProblems(family, name, parameter.allowed, chosen));
      fixed[name] = chosen;
      first[name] = chosen;
    }
  }
  return { space, fixed, first, problems };
}

function nearest(value: Value, distribution: Distribution): Value {
  if ('choice' in distribution) return distribution.choice.includes(value) ? value : (distribution.choice[0] ?? value);
  const [least, most] = rangeOf(distribution);
  return typeof value === 'number' ? Math.min(most, Math.max(least, value)) : least;
}

function rangeOf(distribution: Exclude<Distribution, { choice: unknown }>): readonly [number, number] {
  return 'int' in distribution ? distribution.int : distribution.float;
}

function distributionProblems(
  family: Family,
  name: string,
  allowed: Allowed,
  distribution: Distribution,
): readonly string[] {
  if ('choice' in distribution)
    return distribution.choice.flatMap((value) => valueProblems(family, name, allowed, value));
  const where = `search.space.${family}.${name}`;
  if (allowed.kind === 'one-of') return [`${where}: is a choice, write { choice: [${allowed.values.join(', ')}] }`];
  if (allowed.kind === 'integer' && 'float' in distribution)
    return [`${where}: takes whole numbers, write int instead of float`];
  const [least, most] = rangeOf(distribution);
  if (least > most) return [`${where}: the range ${least} … ${most} runs backwards`];
  if (distribution.log && least <= 0) return [`${where}: a logarithmic range must begin above 0, not at ${least}`];
  return [least, most].flatMap((end) => valueProblems(family, name, allowed, end));
}

function valueProblems(family: Family, name: string, allowed: Allowed, value: Value): readonly string[] {
  const where = `search.space.${family}.${name}`;
  if (allowed.kind === 'one-of') {
    return allowed.values.includes(String(value))
      ? []
      : [`${where}: ${String(value)} is not one of ${allowed.values.join(', ')}`];
  }
  const fits =
    typeof value === 'number' &&
    value >= allowed.least &&
    value <= allowed.most &&
    (allowed.kind === 'number' || Number.isInteger(value));
  const kind = allowed.kind === 'integer' ? 'a whole number' : 'a number';
  return fits ? [] : [`${where}: ${String(value)} is not ${kind} from ${allowed.least} to ${allowed.most}`];
}

function unknownName(family: Family, name: string): string {
  return `search.space.${family}.${name}: unknown parameter; known are ${Object.keys(families[family]).join(', ')}`;
}
