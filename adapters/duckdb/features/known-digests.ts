import { createHash, type Hash } from 'node:crypto';

import type { ProductBlock } from '../../../domain/features/product-block.ts';
import type { ReviewHistory } from '../../../domain/features/review-history.ts';

/**
 * Digests of what is known of products by each of the periods (starts, increasing): what origins up to there can depend on, so that a new
 * product leaves the table of the time before as it is.
 */
export function digestsOfProducts(blocks: readonly ProductBlock[], periods: readonly number[]): readonly string[] {
  const hash = createHash('sha256');
  const sorted = blocks.map((block) => ({ ...block, series: [...block.rowOf.keys()], order: [...block.from.keys()].filter((row) => row < block.rowOf.size && !Number.isNaN(block.from[row])), next: 0 }));
  for (const { order, from } of sorted) order.sort((a, b) => (from[a] ?? 0) - (from[b] ?? 0) || a - b);
  return periods.map((period) => {
    for (const block of sorted) {
      const { modality, dims, from, values, order, series } = block;
      for (; (from[order[block.next] ?? -1] ?? Number.POSITIVE_INFINITY) <= period; block.next += 1) {
        const row = order[block.next] ?? 0;
        hash.update(`${modality} ${String(from[row])} ${series[row] ?? ''}\n`).update(bytesOf(values, row * dims, (row + 1) * dims));
      }
    }
    return hash.copy().digest('hex');
  });
}

/** The same of reviews; periods are counted from the panel's first. */
export function digestsOfReviews(history: ReviewHistory, periods: readonly number[]): readonly string[] {
  const hashes = periods.map(() => createHash('sha256'));
  for (const [series, [first, end]] of history.rowsOf) {
    let row = first;
    periods.forEach((period, i) => {
      const from = row;
      while (row < end && (history.period[row] ?? 0) <= period) row += 1;
      const hash = hashes[i];
      if (hash !== undefined && row > from) addRows(hash.update(`${series}\n${String(row - from)}\n`), history, from, row);
    });
  }
  const soFar = createHash('sha256');
  return hashes.map((hash) => soFar.update(hash.digest()).copy().digest('hex'));
}

function addRows(hash: Hash, { period, count, rating, sentiment, compared, written, numbers, dims }: ReviewHistory, from: number, to: number): void {
  const columns = [period, count, ...Object.values(compared), ...Object.values(written)];
  for (const mean of [rating, sentiment]) columns.push(mean.count, mean.sum, mean.weight, mean.total);
  for (const column of columns) hash.update(bytesOf(column, from, to));
  hash.update(bytesOf(numbers, from * dims, to * dims));
}

function bytesOf({ buffer, byteOffset, BYTES_PER_ELEMENT }: Int32Array | Uint32Array | Float32Array | Float64Array, from: number, to: number): Uint8Array {
  return new Uint8Array(buffer, byteOffset + from * BYTES_PER_ELEMENT, (to - from) * BYTES_PER_ELEMENT);
}
