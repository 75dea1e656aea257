import { join } from 'node:path';

import { expect, test } from 'vitest';

import type { ProductsProfile, TableProfile } from '../../contracts/profile.ts';
import { describeSet, useDataPlane } from './data-plane.ts';

const plane = useDataPlane();

/** What a snapshot of these sources knows of its products besides their sales. */
async function known(file: object): Promise<ProductsProfile & { readonly series: number }> {
  const { snapshot } = await plane().snapshot(file);
  if (snapshot.profile === undefined) throw new Error('a snapshot has a profile');
  const { products = {}, series } = (await plane().report(snapshot.profile)) as TableProfile;
  return { ...products, series };
}

describeSet('Musical instruments', 'AmazonMusicalInstruments/musical_instruments_5core.parquet', (uri) => {
  test('10,261 dated English reviews of 900 products, each review a sale of its month', async () => {
    const sales = join(plane().folder, 'music.parquet');
    await plane().write(sales, `SELECT asin, date_trunc('month', date) AS month, count(*) AS units FROM '${uri}' GROUP BY ALL ORDER BY ALL`);
    const found = await known({
      name: 'music', task: 'forecast', frequency: 'month', horizon: 3,
      sources: { sales: { uri: sales, columns: { series: 'asin', time: 'month', target: 'units' } }, reviews: { uri, key: 'asin', time: 'date', text: ['summary', 'reviewText'], rating: 'overall' } },
    });
    expect(found).toMatchObject({ series: 900, reviews: { count: 10_261, series: 900, withText: 10_261, rated: 10_261, from: '2004-09-18T00:00:00', to: '2014-07-22T00:00:00' } });
    expect(found.reviews?.meanRating).toBeCloseTo(4.4887, 4);
  });
});

describeSet('Olist', 'Olist_samples_union/reviews_union.parquet', (uri) => {
  test('32,118 Portuguese reviews of products, 14,369 with words; 32,951 products, half of them not among the sales', async () => {
    const [olist, union] = [join(uri, '../../Olist'), join(uri, '..')];
    const [sales, reviews] = [join(plane().folder, 'olist.parquet'), join(plane().folder, 'olist-reviews.parquet')];
    await plane().write(sales, `SELECT product_id, order_purchase_timestamp AS at, 1 AS units FROM '${union}/orders_union.parquet' JOIN '${olist}/full_order_items.parquet' USING (order_id) ORDER BY ALL`);
    await plane().write(reviews, `SELECT DISTINCT product_id, review_creation_date AS at, review_comment_title AS title, review_comment_message AS message, review_score AS score, review_id FROM '${uri}' JOIN '${olist}/full_order_items.parquet' USING (order_id) ORDER BY ALL`);
    const found = await known({
      name: 'olist', task: 'forecast', frequency: 'week', horizon: 4,
      sources: {
        sales: { uri: sales, columns: { series: 'product_id', time: 'at', target: 'units' } },
        products: { uri: `${olist}/full_products.parquet`, key: 'product_id', static: ['product_category_name'] },
        reviews: { uri: reviews, key: 'product_id', time: 'at', text: ['title', 'message'], rating: 'score' },
      },
    });
    expect(found).toMatchObject({ series: 17_653, statics: { series: 32_341, columns: [{ name: 'product_category_name', distinct: 73 }] }, reviews: { count: 32_118, series: 15_709, withText: 14_369 } });
  });
});

describeSet('Clothing pictures', 'ClothingImages_CC0/labels.csv', (uri) => {
  test('499 pictures of ten categories, 199 of them of products that were never sold', async () => {
    const sales = join(plane().folder, 'clothing.parquet');
    await plane().write(sales, `SELECT file, CAST(day AS DATE) AS day, 1 + hash(file, day) % 7 AS units FROM (SELECT file FROM read_csv('${uri}') ORDER BY file LIMIT 300), range(DATE '2024-01-01', DATE '2024-09-01', INTERVAL 1 DAY) AS days(day) ORDER BY ALL`);
    const found = await known({
      name: 'clothing', task: 'forecast', frequency: 'week', horizon: 4,
      sources: { sales: { uri: sales, columns: { series: 'file', time: 'day', target: 'units' } }, products: { uri, key: 'file', image: 'file', media: { folder: join(uri, '../images') }, static: ['category'] } },
    });
    expect(found).toMatchObject({ series: 300, media: [{ modality: 'image', named: 499, files: 499, problems: 0 }], statics: { series: 499, columns: [{ distinct: 10 }] } });
  });
});
