import type { SnapshotDetail } from '../../contracts/http-snapshots.schema.ts';
import { count, percent, score } from './figures.ts';
import { shorten } from './table.ts';

type Products = NonNullable<SnapshotDetail['profile']['products']>;

/** What a snapshot knows of the products besides their sales: a name and a line each. */
export function productLines({ texts, media = [], statics, reviews }: Products): readonly (readonly [string, string])[] {
  return [
    ...(texts === undefined ? [] : [['texts', `of ${count(texts.series)} products`] as const]),
    ...media.map((one): readonly [string, string] => [names[one.modality], mediaLine(one)]),
    ...(statics === undefined ? [] : [['attributes', `of ${count(statics.series)} products: ${statics.columns.map(({ name, distinct }) => `${shorten(seen(name), longestName)} (${count(distinct)} ${distinct === 1 ? 'value' : 'values'})`).join(', ')}`] as const]),
    ...(reviews === undefined ? [] : [['reviews', reviewsLine(reviews)] as const]),
  ];
}

const names = { image: 'images', audio: 'sounds', video: 'films' } as const;
const longestName = 40;

function mediaLine({ named, files, bytes, problems, first }: NonNullable<Products['media']>[number]): string {
  const size = `${count(files)} ${files === 1 ? 'file' : 'files'} of ${count(named)} products, ${(bytes / 2 ** 20).toFixed(1)} MiB`;
  if (problems === 0) return size;
  const shown = first.map(({ series, name, problem }) => `${shorten(seen(series), longestName)} (${shorten(seen(name), longestName)}: ${seen(problem)})`);
  return `${size}; ${count(problems)} can't be had: ${shown.join(', ')}${problems > first.length ? ' …' : ''}`;
}

function reviewsLine({ count: many, series, from, to, withText, rated, meanRating }: NonNullable<Products['reviews']>): string {
  const of = Math.max(1, many);
  const rating = meanRating === null ? 'none with a rating' : `mean rating ${score(meanRating)}${rated === many ? '' : ` of ${count(rated)}`}`;
  return `${count(many)} of ${count(series)} products, ${from.slice(0, 10)} to ${to.slice(0, 10)}, ${percent(withText / of)} with text, ${rating}`;
}

/** Names come from a file: nothing in them may steer the terminal. */
function seen(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ');
}
