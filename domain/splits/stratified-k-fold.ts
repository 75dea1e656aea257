import { orderByHash } from './key-hash.ts';

/**
 * Fold (0 … folds − 1) of each row such that every class has, within one row, as many rows in each fold, and so have all classes together.
 * Rows of a class are dealt in the order of their keys' seeded hashes, each class going on where the one before it ended: with keys of
 * their own, rows keep their folds whatever order they come in.
 */
export function stratifiedKFold(keys: readonly string[], classes: readonly string[], { folds, seed }: { readonly folds: number; readonly seed: number }): Uint16Array {
  const order = orderByHash(keys, seed);
  const byClass = new Map([...new Set(classes)].sort().map((name): [string, number[]] => [name, []]));
  for (const row of order) byClass.get(classes[row] ?? '')?.push(row);
  const fold = new Uint16Array(keys.length);
  let dealt = 0;
  for (const rows of byClass.values()) for (const row of rows) fold[row] = dealt++ % folds;
  return fold;
}
