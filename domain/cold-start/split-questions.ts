import { fewestToChoose, type Question } from './choose-settings.ts';
import { isKnownLaunch, type LaunchHistory } from './launches.ts';

export interface SplitQuestions {
  /** Launches that were over at `boundary`, oldest first: settings are chosen on them. */
  readonly choosing: readonly Question[];
  /** Launches whose cutoff is `boundary` or later: they are scored. */
  readonly scored: readonly Question[];
  /** Period number; the first fold's cutoff, or an earlier one where too few products were launched after it. */
  readonly boundary: number;
}

/** Launches that a comparison of methods should rest on, so that its interval says something. */
const enoughToScore = 100;

/**
 * Scored are the launches after the first fold's cutoff, where there are a hundred; else as many cutoffs before it count as are needed, but
 * no more than leave half of the launches to choose on.
 */
export function splitQuestions(history: LaunchHistory, asked: readonly Question[], firstFold: number): SplitQuestions {
  const questions = asked.toSorted((a, b) => a.cutoff - b.cutoff || a.product - b.product);
  const cutoffs = [...new Set([...questions.map(({ cutoff }) => cutoff).filter((cutoff) => cutoff < firstFold), firstFold])].sort((a, b) => a - b);
  const at = (boundary: number): SplitQuestions => ({
    boundary,
    choosing: questions.filter(({ product }) => isKnownLaunch(history, product, boundary)),
    scored: questions.filter(({ cutoff }) => cutoff >= boundary),
  });
  let split = at(firstFold);
  for (const boundary of cutoffs.toReversed().slice(1)) {
    if (split.scored.length >= enoughToScore) break;
    const earlier = at(boundary);
    if (earlier.choosing.length < Math.max(fewestToChoose, questions.length / 2)) break;
    split = earlier;
  }
  return split;
}
