/**
 * The words of a column name, lower-case and without accents: `UnitPrice`, `unit_price` and `Unit price` are `unit`, `price`; what is
 * written in Chinese or Japanese stays in one piece. Numbers count as words.
 */
export function nameWords(name: string): string[] {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/ß/g, 'ss')
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .replace(/(\p{L})(\p{N})/gu, '$1 $2')
    .replace(/(\p{N})(\p{L})/gu, '$1 $2');
  return plain.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
}

const cjk = /[\u3040-\u30ff\u3400-\u9fff]/;

/** Whether one of the words is the wanted one, its plural, or, where languages join words, ends or begins with it. */
export function hasWord(words: readonly string[], wanted: string): boolean {
  if (cjk.test(wanted)) return words.some((word) => word.includes(wanted));
  return words.some((word) => word === wanted || word === `${wanted}s` || word === `${wanted}en` || (wanted.length >= 4 && (word.endsWith(wanted) || word.startsWith(wanted))));
}
