/** The model that suits texts, and why in words for a person. */
export interface TextModelChoice {
  readonly model: string;
  readonly reason: string;
}

const textsSeen = 2_000;
/** Enough of a text to tell its language. */
const charactersSeen = 500;
/** Of the signs: a character of Chinese, Japanese or Korean is one, a word of other letters too. Chinese texts name brands and sizes in Latin ones. */
const mostlyHan = 0.5;
/** A few names and words of other scripts make no text foreign. */
const mostlyLatin = 0.9;
/** Kana among Japanese and Hangul among Korean signs, written with Han characters too. */
const anotherScript = 0.05;
/** Of the words: English prose has 40 % and more, product names 0 to 10 %, other languages hardly any but those that they share. */
const englishShare = 0.02;
/** Of the words in Latin letters beside Chinese: brands and sizes have none, sentences 20 % and more. */
const sentencesBeside = 0.1;
/** Function words of other languages in Latin letters in proportion to English ones, above which texts aren't taken for English. */
const foreignShare = 0.5;

const englishWords = new Set(
  'the a an and or of to in is it i was for this that with on my but have so are you very as not they be at if would just when too more from had like were we will than one has am do did been me your our its it\'s i\'m'.split(' '),
);
// Frequent in the language and no English words: Portuguese, Spanish, French, Italian, German, Dutch, Scandinavian, Polish, Turkish, Indonesian, Vietnamese without marks.
const foreignWords = new Set(
  ('que não o os um uma com e é muito foi meu por para da dos das do mais el los las una con muy y es de la se del lo pero le les des et un une est pas très je pour dans qui avec il di che non è per sono della molto der die das und ist nicht ich ein eine mit sehr auf ' +
    'het een van niet zeer voor och att det är som inte jeg ikke meget på nie jest się na bardzo ve bir çok bu için dan yang untuk tidak dengan saya và của rất').split(' '),
);

/**
 * Chooses a text model by the language of texts: Chinese, English, or the one of many languages. Product names in Latin letters without any
 * function words, which could be of any such language, count as English. Deterministic; looks at the first 2,000 distinct texts.
 * The model of many languages may not be installed: loading it then says so; there is no falling back, whose vectors would mean little.
 */
export function chooseTextModel(texts: readonly string[]): TextModelChoice {
  const seen = firstDistinct(texts);
  const { signs, han, kanaAndHangul, words, english, foreign } = count(seen);
  const of = `of ${seen.length} ${seen.length === 1 ? 'text' : 'texts'}`;
  if (signs === 0) return { model: 'all-MiniLM-L6-v2', reason: `no letters ${of}: the fastest model does` };
  const percent = (part: number, whole: number): string => `${Math.round((100 * part) / Math.max(1, whole))} %`;
  const besideChinese = english + foreign > sentencesBeside * words && words > (1 - mostlyLatin) * signs;
  if (han >= mostlyHan * signs && kanaAndHangul < anotherScript * signs && !besideChinese) return { model: 'bge-small-zh-v1.5', reason: `${percent(han, signs)} of the signs ${of} are Chinese` };
  if (words < mostlyLatin * signs) return { model: 'multilingual-e5-small', reason: `${percent(signs - words, signs)} of the signs ${of} are not Latin (${percent(han, signs)} Chinese)` };
  if (foreign > foreignShare * english && foreign >= englishShare * words) return { model: 'multilingual-e5-small', reason: `Latin letters, but ${percent(foreign, words)} of the words ${of} are frequent ones of other languages than English, ${percent(english, words)} of English` };
  const accented = seen.filter((text) => accents.test(text)).length;
  if (english < englishShare * words && accented > foreignShare * seen.length) return { model: 'multilingual-e5-small', reason: `Latin letters with accents in ${percent(accented, seen.length)} ${of}, which English hasn't got` };
  return { model: 'all-MiniLM-L6-v2', reason: english < englishShare * words ? `Latin letters, and next to no words ${of} that tell a language: names are taken for English` : `Latin letters, and ${percent(english, words)} of the words ${of} are frequent English ones` };
}

const accents = /[À-ɏ]/u;

function firstDistinct(texts: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  for (const text of texts) {
    if (seen.size === textsSeen) break;
    seen.add(text.slice(0, charactersSeen));
  }
  return [...seen];
}

interface Counts {
  readonly signs: number;
  readonly han: number;
  readonly kanaAndHangul: number;
  /** In Latin letters. */
  readonly words: number;
  readonly english: number;
  readonly foreign: number;
}

function count(texts: readonly string[]): Counts {
  let [han, kanaAndHangul, others, words, english, foreign] = [0, 0, 0, 0, 0, 0];
  for (const text of texts) {
    for (const [run] of text.toLowerCase().matchAll(signs)) {
      if (/^\p{Script=Han}/u.test(run)) han += 1;
      else if (/^[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(run)) kanaAndHangul += 1;
      else if (!/^\p{Script=Latin}/u.test(run)) others += 1;
      else {
        words += 1;
        if (englishWords.has(run)) english += 1;
        else if (foreignWords.has(run)) foreign += 1;
      }
    }
  }
  return { signs: han + kanaAndHangul + others + words, han, kanaAndHangul, words, english, foreign };
}

const signs = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]|[\p{Script=Latin}'\p{M}]*\p{Script=Latin}[\p{Script=Latin}'\p{M}]*|\p{L}[\p{L}\p{M}]*/gu;
