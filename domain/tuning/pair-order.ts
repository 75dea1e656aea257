import { type Random, shuffledIndices } from '../random.ts';

/**
 * 0 … labels.length − 1 in random order, but each beside another of the same label where one is left: wherever the order is cut into
 * batches of even size, all but a few have a companion in theirs, however rare their label is.
 */
export function pairOrder(labels: ArrayLike<number>, random: Random): Uint32Array {
  const waiting = new Map<number, number>();
  const groups: (readonly number[])[] = [];
  for (const at of shuffledIndices(labels.length, random)) {
    const label = labels[at] ?? 0;
    const other = waiting.get(label);
    if (other === undefined) {
      waiting.set(label, at);
      continue;
    }
    waiting.delete(label);
    groups.push([other, at]);
  }
  const singles = [...waiting.values()];
  const pairs = Array.from(shuffledIndices(groups.length, random), (group) => groups[group] ?? []);
  return Uint32Array.from([...pairs, singles].flat());
}
