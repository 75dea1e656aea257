import { expect, test } from 'vitest';

import type { ColumnLook } from '../../../domain/dataset-look/column-look.ts';
import { mediaColumns, proposeProducts } from '../../../domain/dataset-look/propose-products.ts';
import { proposeReviews } from '../../../domain/dataset-look/propose-reviews.ts';
import type { SideLook } from '../../../domain/dataset-look/side-files.ts';
import { asText, numbers, rows, texts, times } from './columns.ts';

const named = (name: string, ...values: readonly string[]): ColumnLook => texts(name, values.length, { top: values.map((value) => ({ value, rows: 1 })) });
/** A file in which `keys` names so many of a hundred products sold. */
const look = (columns: readonly ColumnLook[], keys: Readonly<Record<string, number>> = { sku: 90 }): SideLook => ({
  rows, columns, sold: 100, matches: new Map(columns.map(({ name, distinct }) => [name, { values: distinct, sold: keys[name] ?? 0 }])),
});

test('a products file is known by the keys of what is sold, whatever they are called', () => {
  const columns = [texts('Artikel', 400), texts('x1', 120), texts('Bezeichnung', 380, { meanWords: 5, meanLength: 30 }), texts('Farbe', 12), texts('note', 6000), numbers('gewicht')];
  expect(proposeProducts(look(columns, { x1: 100, Artikel: 3 }))).toMatchObject({
    key: { value: 'x1', reason: '100 of 100 products sold are among its 120 values' }, text: [{ value: 'Bezeichnung' }], static: [{ value: 'Farbe' }], media: {},
  });
  expect(proposeProducts(look(columns, {}))).toEqual({ lacking: 'no column holds a key of what is sold' });
  expect(proposeProducts(look([texts('sku', 100), numbers('weight')]))).toEqual({ lacking: 'no column describes a product: a text, a name of a file, an attribute' });
});

test('columns of names of files are known by how their values end', () => {
  expect(mediaColumns([named('p', 'a.jpg', 'b.PNG', 'https://cdn.example/c.webp?w=2'), named('s', 'a.wav', 'b.mp3'), named('f', 'a.mp4'), named('other', 'a.jpg', 'b', 'c')])).toMatchObject({
    image: { value: 'p', reason: '3 names like a.jpg' }, audio: { value: 's' }, video: { value: 'f' },
  });
  expect(mediaColumns([numbers('n'), texts('empty', 3)])).toEqual({});
});

test('of a reviews file the words are what hardly repeats, the stars a number named so, the time when it was written', () => {
  const found = proposeReviews(look([
    texts('sku', 100), times('review_answer_timestamp'), times('review_creation_date'), texts('reviewText', 9800, { meanWords: 80, meanLength: 400 }), texts('summary', 9000, { meanWords: 4, meanLength: 20 }),
    texts('product title', 100, { meanWords: 6, meanLength: 40 }), texts('reviewerName', 9000, { meanWords: 2.6 }), numbers('helpful votes', { distinct: 60, max: 60 }), numbers('overall', { distinct: 5, max: 5 }),
  ]));
  expect(found).toMatchObject({ key: { value: 'sku' }, time: { value: 'review_creation_date' }, text: [{ value: 'summary' }, { value: 'reviewText' }], rating: { value: 'overall', reason: '5 values from 1 to 5' } });
});

test('sentences that come again are still what people wrote, short words that do are not', () => {
  const found = proposeReviews(look([texts('sku', 100), times('written'), texts('body', 2900, { meanWords: 20, meanLength: 110 }), texts('topic', 2900, { meanWords: 3, meanLength: 18 })]));
  expect(found).toMatchObject({ text: [{ value: 'body' }] });
});

test('Chinese reviews have no spaces between words', () => {
  expect(proposeReviews(look([texts('sku', 100), times('评论时间'), texts('评论', 9000, { meanWords: 1, meanLength: 40, foreign: 1 })]))).toMatchObject({ time: { value: '评论时间' }, text: [{ value: '评论' }] });
});

test('a file without times, or without words and stars, is no file of reviews; a year is no time', () => {
  expect(proposeReviews(look([texts('sku', 100), numbers('stars', { distinct: 5, max: 5 })]))).toEqual({ lacking: 'no column says when a review was written' });
  expect(proposeReviews(look([texts('sku', 100), times('date'), numbers('a', { distinct: 3, max: 3 }), numbers('b', { distinct: 3, max: 3 })]))).toEqual({ lacking: 'no column holds what was written, and none holds stars' });
  expect(proposeReviews(look([texts('sku', 100), { ...asText(times('year')), number: { whole: 1, negative: 0, zero: 0, min: 2000, max: 2020, median: 2010, high: 2020, low: 2000 } }]))).toHaveProperty('lacking');
});
