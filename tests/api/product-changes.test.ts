import { expect, test } from 'vitest';

import { productChanges } from '../../api/product-changes.ts';
import { snapshotDiffSchema } from '../../contracts/http-snapshots.schema.ts';
import type { ProductsProfile, TableProfile } from '../../contracts/profile.ts';
import { createFakes } from './fake-dependencies.ts';
import { scratch, setUp } from './harness.ts';
import { profile } from './snapshot-fixtures.ts';

const fakes = createFakes(scratch).deps;
const reviews = { count: 100, series: 7, from: '2024-01-01T00:00:00', to: '2024-02-01T00:00:00', withText: 90, rated: 100, meanRating: 4 };
const image = { modality: 'image' as const, named: 9, files: 8, bytes: 10, problems: 1, first: [{ series: 'A', name: 'a.jpg', problem: 'no such file' }] };

test('counts that differ stand with what they were; a table that is only on one side has no count on the other', () => {
  const before: ProductsProfile = { reviews, statics: { series: 7, columns: [{ name: 'colour', filled: 7, distinct: 3 }] } };
  const after: ProductsProfile = { reviews: { ...reviews, count: 120, meanRating: 4.25 }, media: [image], statics: { series: 7, columns: [{ name: 'colour', filled: 7, distinct: 4 }] } };
  expect(productChanges(before, after)).toEqual([
    { what: 'values of colour', a: 3, b: 4 }, { what: 'reviews', a: 100, b: 120 }, { what: 'mean rating', a: 4, b: 4.25 },
    { what: 'image names', b: 9 }, { what: 'image files', b: 8 }, { what: 'image names without a file', b: 1 },
  ]);
  expect(productChanges(after, after)).toEqual([]);
  expect(productChanges(undefined, { texts: { series: 3 } })).toEqual([{ what: 'texts', b: 3 }]);
});

test('a difference says in words what changed besides the sales', async () => {
  let profiles: TableProfile[] = [{ ...profile, products: { reviews } }, { ...profile, products: { reviews: { ...reviews, count: 1200 }, media: [image] } }];
  const tables: typeof fakes.tables = { ...fakes.tables, profileTable: async () => { const [next = profile, ...rest] = profiles; profiles = rest; return next; } };
  const diff = snapshotDiffSchema.parse(await (await setUp({ tables }).get('/v1/snapshots/444/diff/555')).json());
  expect(diff.products[0]).toEqual({ what: 'reviews', a: 100, b: 1200 });
  expect(diff.verdict).toContain('Besides the sales: reviews 1,200 (was 100), image names 9 (was none), image files 8 (was none), image names without a file 1 (was none).');
});
