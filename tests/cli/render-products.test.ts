import pc from 'picocolors';
import { expect, test } from 'vitest';

import { profilePage } from '../../cli/render/html-profile.ts';
import { productLines } from '../../cli/render/products.ts';
import { renderSnapshot } from '../../cli/render/snapshot.ts';
import { tableProfileSchema } from '../../contracts/http-snapshots.schema.ts';
import type { ProductsProfile } from '../../contracts/profile.ts';
import { snapshot } from '../api/fake-dependencies.ts';
import { profile } from '../api/snapshot-fixtures.ts';

const products: ProductsProfile = {
  texts: { series: 3795 },
  media: [{ modality: 'image', named: 499, files: 497, bytes: 4_678_139, problems: 4, first: [
    { series: 'A', name: 'a.jpg', problem: 'no such file' }, { series: 'B', name: '../\u001b[31mb.jpg', problem: 'outside of the allowed folders' }, { series: 'C', name: 'c.jpg', problem: 'HTTP status 404' },
  ] }],
  statics: { series: 499, columns: [{ name: 'category', filled: 499, distinct: 10 }, { name: 'brand', filled: 3, distinct: 1 }] },
  reviews: { count: 32_118, series: 15_709, from: '2016-10-06T00:00:00', to: '2018-08-31T00:00:00', withText: 14_369, rated: 32_000, meanRating: 3.9546 },
};

test('what is known of the products is said in a line each; nothing in a name steers the terminal', () => {
  expect(Object.fromEntries(productLines(products))).toEqual({
    texts: 'of 3,795 products',
    images: "497 files of 499 products, 4.5 MiB; 4 can't be had: A (a.jpg: no such file), B (../ [31mb.jpg: outside of the allowed folders), C (c.jpg: HTTP status 404) …",
    attributes: 'of 499 products: category (10 values), brand (1 value)',
    reviews: '32,118 of 15,709 products, 2016-10-06 to 2018-08-31, 44.7 % with text, mean rating 3.955 of 32,000',
  });
  expect(productLines({ reviews: { ...products.reviews, count: 1, rated: 0, withText: 0, series: 1, from: '', to: '', meanRating: null } })[0]?.[1]).toContain('none with a rating');
  expect(productLines({})).toEqual([]);
});

test('the lines stand in dataset show and on its page', () => {
  const detail = { snapshot, profile: tableProfileSchema.parse({ ...profile, products }), pipelines: ['shop'], description: { rows: 1, columns: [] } };
  const shown = renderSnapshot(detail, { colors: pc.createColors(false), columns: 80 });
  expect(shown).toContain('reviews     32,118 of 15,709 products');
  expect(shown.split('\n').every((line) => line.length <= 80)).toBe(true);
  expect(profilePage({ detail })).toContain('outside of the allowed folders');
  expect(profilePage({ detail: { ...detail, profile: tableProfileSchema.parse(profile) } })).not.toContain('besides their sales');
});
