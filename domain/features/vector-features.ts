import type { PeriodUnit } from '../calendar.ts';
import type { FeatureDefinition, ModalityGroup } from './feature-definition.ts';

/** How many columns a modality has. */
export interface ModalityWidth {
  readonly modality: ModalityGroup;
  readonly dims: number;
}

const called: Readonly<Record<ModalityGroup, string>> = { text: 'texts', image: 'pictures', audio: 'sounds', video: 'films' };

export function modalityFeatures({ modality, dims }: ModalityWidth): readonly FeatureDefinition[] {
  return numbered(modality, dims).map((name, i) => ({ name, group: modality, meaning: `direction ${String(i + 1)} of the product ${called[modality]}` }));
}

/** What the reviews known where models are chosen hold: columns without a value would teach nothing. */
export interface ReviewParts {
  /** Ratings; how favourable texts are; texts after texts that they can be compared with. */
  readonly rated: boolean;
  readonly judged: boolean;
  readonly compared: boolean;
  /** Numbers that texts are reduced to. */
  readonly dims: number;
}

export interface ReviewSettings {
  /** Periods that count as recent. */
  readonly recent: number;
  /** Periods after which a review weighs half. */
  readonly halfLife: number;
}

/** Products are reviewed far less often than sold: what is recent is longer than for sales by the hour, and the half-life is a season. */
const usual: Readonly<Record<PeriodUnit, ReviewSettings>> = {
  hour: { recent: 24, halfLife: 168 },
  day: { recent: 7, halfLife: 28 },
  week: { recent: 4, halfLife: 13 },
  month: { recent: 3, halfLife: 6 },
};

export function reviewSettings(unit: PeriodUnit, halfLife: number | undefined): ReviewSettings {
  const { recent, halfLife: season } = usual[unit];
  return { recent, halfLife: halfLife ?? season };
}

export function reviewFeatures(unit: PeriodUnit, { rated, judged, compared, dims }: ReviewParts, { recent, halfLife }: ReviewSettings): readonly FeatureDefinition[] {
  const group = 'reviews';
  const lately = `the last ${String(recent)} ${unit}s`;
  const newest = `newer reviews weighing more (half after ${String(halfLife)} ${unit}s), close to that of all products while there are few`;
  return [
    { name: 'reviews_new', group, meaning: `customer reviews of ${lately}, as a logarithm` },
    { name: 'reviews_all', group, meaning: 'customer reviews so far, as a logarithm' },
    { name: 'since_review', group, meaning: `${unit}s since the last customer review` },
    ...(rated ? averaged('rating', `mean rating, ${newest}`, `mean rating of ${lately} less the mean rating so far`) : []),
    ...(judged ? averaged('sentiment', `how favourable reviews are from 0 to 1, ${newest}`, `how much more favourable reviews of ${lately} are than those so far`) : []),
    ...(compared ? [{ name: 'novelty', group, meaning: `how unlike the product's earlier reviews those of ${lately} are: 0 is alike` } as const] : []),
    ...numbered('review', dims).map((name, i) => ({ name, group, meaning: `direction ${String(i + 1)} of what reviews say, newer ones weighing more` }) as const),
  ];
}

function averaged(name: string, meaning: string, change: string): readonly FeatureDefinition[] {
  return [{ name, group: 'reviews', meaning }, { name: `${name}_change`, group: 'reviews', meaning: change }];
}

const numbered = (name: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${name}_${String(i + 1)}`);
