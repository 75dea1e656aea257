import type { TableFold } from './table-folds.ts';

export interface TimeOrder {
  /** Per row when it stands for, in any unit: the cutoff of its label. */
  readonly times: Float64Array;
  /** How long after its time a row's label is known, in the same unit: the days that a label looks ahead. 0 when it is known at once. */
  readonly reach: number;
  readonly folds: number;
}

/**
 * Folds that go forward: the distinct times in `folds` + 1 stretches of about equally many rows, each stretch after the first validating
 * once. It is learnt from the rows whose label is known when the stretch begins (purging, López de Prado 2018, chapter 7), so
 * that nothing is learnt from what it shall tell. Rows of one time never part. With few distinct times there are fewer folds, and rows in
 * the first stretch only teach.
 */
export function timeOrderedFolds({ times, reach, folds }: TimeOrder): TableFold[] {
  const order = Uint32Array.from(times.keys()).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
  const starts: number[] = [];
  for (let part = 1; part <= folds; part += 1) {
    const aimed = Math.floor((part * order.length) / (folds + 1));
    const time = times[order[aimed] ?? 0] ?? Number.NaN;
    // A stretch begins with its time's first row; one that would begin with the data's first has nothing to learn from.
    if (time > (times[order[0] ?? 0] ?? Number.NaN) && time !== starts.at(-1)) starts.push(time);
  }
  return starts.flatMap((start, i) => {
    const end = starts[i + 1] ?? Infinity;
    const training = order.filter((row) => (times[row] ?? 0) < start && (times[row] ?? 0) + reach <= start).sort();
    const validation = order.filter((row) => (times[row] ?? 0) >= start && (times[row] ?? 0) < end).sort();
    return training.length === 0 ? [] : [{ training, validation }];
  });
}
