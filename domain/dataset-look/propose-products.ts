import type { ColumnLook } from './column-look.ts';
import type { Choice } from './frequency.ts';
import { percent, textCandidates, whole } from './roles.ts';
import { type Lacking, type MediaKind, modalities, type ProductsProposal, type SideLook } from './side-files.ts';

/** Share of the most frequent values that must end like files of a kind. */
const nearlyAll = 0.9;
const ends: Readonly<Record<MediaKind, RegExp>> = {
  image: /\.(jpe?g|png|webp|gif|avif|bmp|tiff?|heic)([?#].*)?$/i,
  audio: /\.(mp3|wav|flac|ogg|m4a|aac|opus)([?#].*)?$/i,
  video: /\.(mp4|webm|mov|mkv|avi|m4v)([?#].*)?$/i,
};

/** The first column of each kind whose values are names of such files. */
export function mediaColumns(columns: readonly ColumnLook[]): Partial<Record<MediaKind, Choice<string>>> {
  const found: Partial<Record<MediaKind, Choice<string>>> = {};
  for (const kind of modalities) {
    const column = columns.find(({ text }) => text !== undefined && text.top.length > 0 && text.top.filter(({ value }) => ends[kind].test(value)).length >= nearlyAll * text.top.length);
    if (column !== undefined) found[kind] = { value: column.name, reason: `${whole(column.distinct)} names like ${column.text?.top[0]?.value ?? ''}` };
  }
  return found;
}

/** Attributes have few values, each of several products. */
const mostValues = 200;
const mostAttributes = 4;
const mostTexts = 2;

/** The columns of a file of products: its key, texts, files and attributes. */
export function proposeProducts(look: SideLook): ProductsProposal | Lacking {
  const key = keyOf(look);
  if ('lacking' in key) return key;
  const media = mediaColumns(look.columns);
  const files = Object.values(media).map(({ value }) => value);
  // A file may be named as its product is.
  const taken = [key.value, ...files];
  const texts = textCandidates(look.columns, taken).slice(0, mostTexts).map(({ column, reason }) => ({ value: column.name, reason }));
  const others = look.columns.filter(({ name }) => !taken.includes(name) && !texts.some(({ value }) => value === name));
  const attributes = others.filter(({ text, number, time, distinct, filled }) => text !== undefined && number === undefined && time === undefined && text.meanWords < 4 && distinct >= 2 && distinct <= Math.min(mostValues, filled / 2));
  const statics = attributes.toSorted((a, b) => b.filled - a.filled || a.distinct - b.distinct).slice(0, mostAttributes);
  if (texts.length + files.length + statics.length === 0) return { lacking: 'no column describes a product: a text, a name of a file, an attribute' };
  return { key, text: texts, media, static: statics.map((column) => ({ value: column.name, reason: `${whole(column.distinct)} values, in ${percent(column.filled / look.rows)} of the rows` })) };
}

/** The column that names the most of what is sold. */
export function keyOf({ matches, sold }: SideLook): Choice<string> | Lacking {
  const [best] = [...matches].toSorted(([, a], [, b]) => b.sold - a.sold || a.values - b.values);
  if (best === undefined || best[1].sold === 0) return { lacking: 'no column holds a key of what is sold' };
  const [value, { sold: found, values }] = best;
  return { value, reason: `${whole(found)} of ${whole(sold)} products sold are among its ${whole(values)} values` };
}
