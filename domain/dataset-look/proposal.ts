import type { PeriodLength } from '../calendar.ts';
import type { Choice } from './frequency.ts';
import type { MediaKind } from './side-files.ts';

/** A filter of the pipeline file, as its schema knows them. */
export type ProposedFilter =
  | { readonly column: string; readonly rule: 'matches' | 'not-matches'; readonly pattern: string }
  | { readonly column: string; readonly rule: 'in'; readonly values: readonly string[] }
  | { readonly column: string; readonly rule: 'at-least' | 'more-than'; readonly value: number };

export type ProposedRule =
  | { readonly column: string; readonly rule: 'not-null'; readonly atMost?: number; readonly severity: 'warn' | 'block' }
  | { readonly column: string; readonly rule: 'range'; readonly min: number; readonly max: number; readonly severity: 'warn' }
  | { readonly column: string; readonly rule: 'accepted-values'; readonly values: readonly string[]; readonly severity: 'warn' }
  | { readonly columns: readonly string[]; readonly rule: 'unique'; readonly severity: 'warn' | 'block' }
  | { readonly rule: 'row-count' | 'series-count'; readonly min: number; readonly severity: 'block' }
  | { readonly rule: 'row-count-band'; readonly factor: number; readonly severity: 'warn' }
  | { readonly rule: 'freshness'; readonly maxAgeDays: number; readonly severity: 'warn' };

export interface Level {
  readonly name: string;
  readonly column: string;
  readonly distinct: number;
  /** All of them where there are few. */
  readonly values: readonly string[];
}

/** What a first pipeline file says, each part with its reason. */
export interface Proposal {
  readonly columns: {
    readonly series: Choice<readonly string[]>;
    readonly time: Choice<string>;
    readonly target: Choice<string>;
    readonly price?: Choice<string>;
    readonly stock?: Choice<string>;
  };
  readonly levels: readonly Level[];
  readonly filters: readonly Choice<ProposedFilter>[];
  readonly returns?: Choice<ProposedFilter>;
  readonly duplicates: Choice<'keep' | 'drop'>;
  /** Descriptions of products that stand in the sales. */
  readonly text?: Choice<string>;
  /** Names of files that stand in the sales. */
  readonly media: Readonly<Partial<Record<MediaKind, Choice<string>>>>;
  readonly frequency: Choice<PeriodLength>;
  readonly horizon: Choice<number>;
  readonly gaps: Choice<'no-sale' | 'closed' | 'unknown'>;
  /** Weekdays without sales; for daily series only. */
  readonly closed?: Choice<readonly string[]>;
  readonly outliers: Choice<'mark' | 'clip'>;
  readonly rules: readonly Choice<ProposedRule>[];
  readonly series: number;
  /** What only a person can decide: one sentence each. */
  readonly questions: readonly string[];
}
