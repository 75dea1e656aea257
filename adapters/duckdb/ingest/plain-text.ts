/**
 * Characters of a text that are kept. No language model reads as far (512 tokens are some 3,000 characters), and texts of megabytes would fill
 * the memory of whoever reads a few thousand at a time.
 */
export const longestText = 20_000;

/** Longer than any path that a system has, or any address that servers take. */
export const longestName = 8_192;

/** SQL of a text as snapshots have it: without NUL characters, cut; NULL for an empty one. */
export function plainText(text: string, longest = longestText): string {
  return `nullif(trim(left(replace(${text}, chr(0), ' '), ${String(longest)})), '')`;
}
