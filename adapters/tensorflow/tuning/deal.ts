import { type Random, shuffledIndices } from '../../../domain/random.ts';
import { pairOrder } from '../../../domain/tuning/pair-order.ts';
import type { RowSet } from './row-set.ts';

/** Batches of an epoch where there are few rows: as many steps as that it takes to learn anything. */
const fewestBatches = 16;
/** Products in a batch whose rows are compared with each other, and rows in one whose rows each stand for themselves. */
const productsAtOnce = { fewest: 32, most: 128 };
const rowsAtOnce = { fewest: 16, most: 256 };
/** Rows of a batch that are compared with each other: their number counts twice in memory and time. */
const mostCompared = 1_024;

/**
 * Batches of one epoch: each of `rows` once, in the order that the random numbers give. Where products are compared, a product's rows come
 * together, and beside those of another product of its kind.
 */
export function dealBatches({ task, product }: Pick<RowSet, 'task' | 'product'>, rows: Uint32Array, random: Random): readonly Uint32Array[] {
  if (task.kind === 'demand') return cut(shuffledIndices(rows.length, random).map((i) => rows[i] ?? 0), sizeOf(rowsAtOnce, rows.length));
  const rowsOf = new Map<number, number[]>();
  for (const row of rows) {
    const own = product[row] ?? -1;
    const found = rowsOf.get(own);
    if (found === undefined) rowsOf.set(own, [row]);
    else found.push(row);
  }
  const products = [...rowsOf.keys()];
  const order = pairOrder(products.map((own) => task.labels[own] ?? -1), random).map((i) => products[i] ?? 0);
  const copies = Math.max(1, ...Array.from(rowsOf.values(), ({ length }) => length));
  const together = Math.max(2, Math.min(sizeOf(productsAtOnce, products.length), 2 * Math.floor(mostCompared / copies / 2)));
  return cut(order, together).map((some) => Uint32Array.from(Array.from(some, (own) => rowsOf.get(own) ?? []).flat()));
}

/** An even number: pairs stay whole. */
const sizeOf = ({ fewest, most }: typeof rowsAtOnce, count: number): number => Math.max(fewest, Math.min(most, 2 * Math.floor(count / fewestBatches / 2)));

/** Pieces of `length`; a last one that would hold less than half of it is part of the one before. */
function cut(all: Uint32Array, length: number): Uint32Array[] {
  const pieces = Math.max(1, Math.round(all.length / length));
  return Array.from({ length: pieces }, (_, i) => all.subarray(i * length, i === pieces - 1 ? all.length : (i + 1) * length));
}
