import type { Value } from '../../search-spaces.ts';

export const augmentationMethods = ['jitter', 'scaling', 'magnitude-warp', 'time-warp', 'window-slicing', 'mix-up', 'block-bootstrap'] as const;
export type AugmentationMethod = (typeof augmentationMethods)[number];

export interface Augmentation {
  readonly methods: readonly AugmentationMethod[];
  /** Added windows per window of the data. */
  readonly copies: number;
  /** Standard deviation of the change relative to the series' own scale; for mix-up both parameters of the beta distribution. */
  readonly strength: number;
}

type Parameters = Readonly<Record<string, Value>>;

/**
 * As parameters of a fit, beside the family's own: so a candidate's recipe and a search's name hold them. None without methods.
 */
export function augmentationParameters({ methods, copies, strength }: Augmentation): Parameters {
  return methods.length === 0 ? {} : { augment_methods: [...methods].sort().join(','), augment_copies: copies, augment_strength: strength };
}

/** Inverse of {@link augmentationParameters}, and the parameters without it. Undefined when there is nothing to add by. */
export function augmentationOf(parameters: Parameters): { readonly augmentation: Augmentation | undefined; readonly rest: Parameters } {
  const { augment_methods: named, augment_copies: copies, augment_strength: strength, ...rest } = parameters;
  const methods = augmentationMethods.filter((method) => String(named ?? '').split(',').includes(method));
  return { augmentation: methods.length === 0 ? undefined : { methods, copies: Number(copies ?? 1), strength: Number(strength ?? 0.1) }, rest };
}

/** Trees take columns that are derived from the window: only these methods keep all of them true to each other, or nearly so. */
const ofColumns: readonly AugmentationMethod[] = ['jitter', 'scaling', 'mix-up'];

export function forColumns(augmentation: Augmentation | undefined): Augmentation | undefined {
  const methods = augmentation?.methods.filter((method) => ofColumns.includes(method)) ?? [];
  return augmentation === undefined || methods.length === 0 ? undefined : { ...augmentation, methods };
}

const unitColumn = /^(lag|mean|std|max|ewm|largest|last_week|last_year|y|a)(_(\d+|all)|$)/;

/** Whether a column of an origin table is counted in units sold, so that it grows with the series. Shares, ratios and times do not. */
export function isInUnits(column: string): boolean {
  return unitColumn.test(column);
}
