/**
 * Batches of texts of like length: ascending by length, and no batch larger than `budget` tokens with its padding, unless it
 * is one text. Sorting with a budget cuts padding from 3.4× to 1.1× of the tokens (docs: FACTS, embeddings).
 * @param lengths tokens per text
 * @returns indices into `lengths`, each exactly once; ties keep their order
 */
export function batchesByLength(lengths: readonly number[], budget: number): readonly (readonly number[])[] {
  const order = lengths.map((length, index) => ({ length, index })).sort((a, b) => a.length - b.length);
  const batches: number[][] = [];
  let current: number[] = [];
  for (const { length, index } of order) {
    // Ascending order: this text is the batch's longest so far, so it sets the width of all.
    if (current.length > 0 && (current.length + 1) * length > budget) {
      batches.push(current);
      current = [];
    }
    current.push(index);
  }
  if (current.length > 0) batches.push(current);
  return batches;
}
