/** Neighbours that a product's family has. Five to twenty told launches apart about equally well. */
export const familySize = 10;

/**
 * How well a product's family sells: the mean of log(1 + sales) over those products on sale that it is most alike. What a product's likes
 * sell at the moment says more about its own start than what they once started with. NaN without a family.
 * @param family places @param sales per place what was sold in the last horizon; NaN where unknown
 */
export function familyLevel(family: readonly number[], sales: ArrayLike<number>): number {
  let [sum, count] = [0, 0];
  for (const product of family) {
    const sold = sales[product] ?? Number.NaN;
    if (Number.isNaN(sold)) continue;
    sum += Math.log1p(Math.max(0, sold));
    count += 1;
  }
  return count > 0 ? sum / count : Number.NaN;
}

/** How alike two levels are: the ratio of the smaller to the larger, 0 … 1. */
export function levelLikeness(a: number, b: number): number {
  return Math.exp(-Math.abs(a - b));
}
