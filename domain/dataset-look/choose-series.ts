import type { ColumnLook } from './column-look.ts';
import type { SeriesLook } from './dataset-look.ts';
import { percent, whole } from './roles.ts';
import { nameScore } from './vocabulary.ts';

/** Series that sell in fewer of the months than this can hardly be forecast. */
const leastDense = 0.3;

/** Numbers of the candidates alone, then in pairs, then in threes, in the order of the candidates: what is tried as the key of a panel. */
export function subsetsOf(candidates: readonly ColumnLook[]): number[][] {
  // Alone a column may tell rows apart by accident; together they are taken only where the name does not speak against it.
  const numbers = candidates.map((_, i) => i);
  const willing = numbers.filter((i) => nameScore('series', candidates[i]?.name ?? '') >= 0);
  const pairs = willing.flatMap((a, at) => willing.slice(at + 1).map((b) => [a, b]));
  const threes = willing.flatMap((a, at) => willing.slice(at + 1).flatMap((b, then) => willing.slice(at + 1 + then + 1).map((c) => [a, b, c])));
  return [...numbers.map((i) => [i]), ...pairs, ...threes];
}

/** Where each sells in fewer of the weeks than this, a coarser series is worth a thought. */
const rare = 0.4;
const weekly = ({ spacing }: SeriesLook): number => spacing.density.week;

/**
 * Of the columns that can name a series, the first that sells often enough; where none does, the one that sells most often of those with
 * many values.
 * @param looks at least one, best names first
 */
export function chooseSeries(looks: readonly SeriesLook[]): { readonly chosen: SeriesLook; readonly reason: string } {
  const [first] = looks;
  if (first === undefined) throw new TypeError('there is no candidate for a series');
  const [name = ''] = first.columns;
  const dense = looks.find((look) => Math.max(look.spacing.density.month, look.spacing.density.week) >= leastDense && (look === first || look.series > 1));
  if (dense === undefined) return { chosen: first, reason: `${whole(first.series)} values; sales of each are rare` };
  if (dense === first) {
    const other = looks.find((look) => look.series > 1 && weekly(first) < rare && weekly(look) >= Math.max(rare, 2 * weekly(first)));
    return { chosen: first, reason: `${whole(first.series)} values${other === undefined ? '' : `; each sells in ${percent(weekly(first))} of the weeks, each ${other.columns.join(', ')} in ${percent(weekly(other))}: better, if that will do`}` };
  }
  return { chosen: dense, reason: `${whole(dense.series)} values; what is told apart by ${name} sells in ${percent(first.spacing.density.month)} of the months only` };
}
