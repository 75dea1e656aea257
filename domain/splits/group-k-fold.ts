import { orderByHash } from './key-hash.ts';

/**
 * Fold (0 … folds − 1) of each row such that no group is in two folds: the largest group first, each into the fold with the fewest rows so
 * far, equal groups in the order of their seeded hashes. The rows of two folds differ by no more than the largest group has. Depends
 * on groups and seed, never on the order of rows. With fewer groups than folds some folds stay empty.
 */
export function groupKFold(groups: readonly string[], { folds, seed }: { readonly folds: number; readonly seed: number }): Uint16Array {
  const sizes = new Map<string, number>();
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const names = [...sizes.keys()];
  const drawn = Array.from(orderByHash(names, seed), (i) => names[i] ?? '');
  // A stable sort: groups of one size stay in the drawn order.
  const order = drawn.sort((a, b) => (sizes.get(b) ?? 0) - (sizes.get(a) ?? 0));
  const rows = new Float64Array(folds);
  const foldOf = new Map<string, number>();
  for (const group of order) {
    const fold = rows.indexOf(Math.min(...rows));
    foldOf.set(group, fold);
    rows[fold] = (rows[fold] ?? 0) + (sizes.get(group) ?? 0);
  }
  return Uint16Array.from(groups, (group) => foldOf.get(group) ?? 0);
}
