import { groupKFold } from './group-k-fold.ts';
import { stratifiedKFold } from './stratified-k-fold.ts';
import { timeOrderedFolds } from './time-ordered-folds.ts';

/** Row numbers, ascending. No row is in both. */
export interface TableFold {
  readonly training: Uint32Array;
  readonly validation: Uint32Array;
}

/** A table to be split; every list has a value per row. */
export interface TableToSplit {
  /** Key of each row, different for each: what the seed draws by. */
  readonly keys: readonly string[];
  /** When a row stands for, and how long after it its label is known; both in days. */
  readonly time?: { readonly at: Float64Array; readonly reach: number };
  /** Whom a row is of: rows of one never part. */
  readonly groups?: readonly string[];
  /** What is to be learnt, where it is a class. */
  readonly classes?: readonly string[];
}

/**
 * Folds of a table: by time wherever there is a time, since what comes later may not teach what came earlier; else whole groups where rows
 * belong together; else with equal shares of each class, of all rows alike where there are no classes.
 */
export function tableFolds({ keys, time, groups, classes }: TableToSplit, how: { readonly folds: number; readonly seed: number }): TableFold[] {
  if (time !== undefined) return timeOrderedFolds({ times: time.at, reach: time.reach, folds: how.folds });
  const foldOf = groups === undefined ? stratifiedKFold(keys, classes ?? keys.map(() => ''), how) : groupKFold(groups, how);
  const rows = Uint32Array.from(keys.keys());
  return Array.from({ length: how.folds }, (_, fold) => ({ training: rows.filter((row) => foldOf[row] !== fold), validation: rows.filter((row) => foldOf[row] === fold) }))
    .filter(({ training, validation }) => training.length > 0 && validation.length > 0);
}
