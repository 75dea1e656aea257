import { createRandom, type Random } from '../../random.ts';

export const textNoises = ['character-swap', 'character-drop', 'character-duplicate', 'word-drop', 'word-swap'] as const;
export type TextNoise = (typeof textNoises)[number];

/** What a reader takes for one character: with its accents, skin tone and whatever is joined to it. */
const character = /\P{M}[\p{M}\p{Emoji_Modifier}]*(?:\u200D\P{M}[\p{M}\p{Emoji_Modifier}]*)*/gu;
/** Scripts without spaces between words: there a character counts as a word. */
const unspaced = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const letter = /^[\p{L}\p{N}]/u;

/**
 * A copy of a text with slips of the kind that people make: no synonyms, so no meaning that somebody would have to vouch for (after Wei and
 * Zou 2019, and Belinkov and Bisk 2018). About `strength` of its characters or words change. Spaces are kept where they are, an empty text
 * stays empty, and a text never becomes empty. Depends on text, noise, strength and seed alone.
 */
export function addTextNoise(text: string, { noise, strength, seed }: { readonly noise: TextNoise; readonly strength: number; readonly seed: number }): string {
  const random = createRandom(seed);
  const pieces = noise === 'word-drop' || noise === 'word-swap' ? wordsOf(text) : charactersOf(text);
  const places = pieces.flatMap((piece, i) => (letter.test(piece) ? [i] : []));
  if (places.length === 0) return text;
  switch (noise) {
    case 'character-drop':
    case 'word-drop': return drop(pieces, places, strength, random).join('');
    case 'character-duplicate': return duplicate(pieces, places, strength, random).join('');
    case 'character-swap':
    case 'word-swap': return swap(pieces, places, strength, random).join('');
  }
}

function charactersOf(text: string): string[] {
  return text.match(character) ?? [];
}

/** Words and what stands between them, in order. */
function wordsOf(text: string): string[] {
  const words: string[] = [];
  let open = false;
  for (const one of charactersOf(text)) {
    const joins = letter.test(one) && !unspaced.test(one);
    if (joins && open) words.push(`${words.pop() ?? ''}${one}`);
    else words.push(one);
    open = joins;
  }
  return words;
}

/** One place at least stays. */
function drop(pieces: readonly string[], places: readonly number[], strength: number, random: Random): string[] {
  const gone = new Set(places.filter(() => random.next() < strength));
  if (gone.size === places.length) gone.delete(places[random.integer(places.length)] ?? 0);
  return pieces.filter((_, i) => !gone.has(i));
}

function duplicate(pieces: readonly string[], places: readonly number[], strength: number, random: Random): string[] {
  const twice = new Set(places.filter(() => random.next() < strength));
  return pieces.flatMap((piece, i) => (twice.has(i) ? [piece, piece] : [piece]));
}

/** Neighbours change places; each moves once at most. */
function swap(pieces: readonly string[], places: readonly number[], strength: number, random: Random): string[] {
  const out = [...pieces];
  for (let i = 0; i + 1 < places.length; i += 1) {
    if (random.next() >= strength) continue;
    const [a = 0, b = 0] = [places[i], places[i + 1]];
    [out[a], out[b]] = [out[b] ?? '', out[a] ?? ''];
    i += 1;
  }
  return out;
}
