import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { lookAtDataset } from '../../adapters/duckdb/look/look-at-dataset.ts';
import { createSessions } from '../../adapters/duckdb/session.ts';
import type { Proposal } from '../../domain/dataset-look/proposal.ts';
import { propose } from '../../domain/dataset-look/propose.ts';
import { describeSet } from './data-plane.ts';

async function proposalFor(path: string): Promise<Proposal> {
  const scratch = await mkdtemp(join(tmpdir(), 'forecastle-look-'));
  const sessions = createSessions({ memoryLimitMiB: 1024, threads: 2, tempFolder: join(scratch, 'duckdb') });
  try {
    return await sessions.use(undefined, async (session) => propose((await lookAtDataset(session, { uri: path, baseFolder: '/', scratch })).look, { today: 20_000 }));
  } finally {
    await sessions.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Expected {
  readonly series: readonly string[];
  readonly time: string;
  readonly target: string;
  readonly price?: string;
  readonly frequency: string;
  readonly gaps: string;
}

const sets: readonly (readonly [name: string, file: string, expected: Expected])[] = [
  ['Rossmann, open days', 'RossmannStoreSales/rossmann_open_days.parquet', { series: ['Store'], time: 'Date', target: 'Sales', frequency: 'day', gaps: 'closed' }],
  ['Rossmann, all days', 'RossmannFull/train_1017209.parquet', { series: ['Store'], time: 'Date', target: 'Sales', frequency: 'day', gaps: 'closed' }],
  ['Olist order items', 'Olist/full_order_items.parquet', { series: ['product_id'], time: 'shipping_limit_date', target: 'price', frequency: 'month', gaps: 'no-sale' }],
  ['Olist categories', 'Olist/derived_category_week_panel.csv.gz', { series: ['category'], time: 'week', target: 'units', price: 'avg_price', frequency: 'week', gaps: 'unknown' }],
  ['M5 by day', 'M5_daily_tiny/m5_tiny_daily_280series_1941days.parquet', { series: ['item_id', 'store_id'], time: 'date', target: 'sales', price: 'sell_price', frequency: 'day', gaps: 'unknown' }],
  ['M5 by month', 'M5_Walmart/monthly_sales_all_series.parquet', { series: ['id'], time: 'date', target: 'sales', frequency: 'month', gaps: 'unknown' }],
  ['avocados', 'AvocadoPrices/avocado.parquet', { series: ['region', 'type'], time: 'Date', target: 'Total Volume', price: 'AveragePrice', frequency: 'week-sunday', gaps: 'unknown' }],
  ['Dunnhumby', 'DunnhumbyCompleteJourney/transactions_sample.parquet', { series: ['product_id'], time: 'transaction_timestamp', target: 'quantity', frequency: 'week', gaps: 'no-sale' }],
  ['Taobao', 'TaobaoDouble11Beauty/taobao_double11_beauty.parquet', { series: ['id'], time: 'update_time', target: 'sale_count', price: 'price', frequency: 'day', gaps: 'unknown' }],
];

for (const [name, file, expected] of sets) {
  describeSet(name, file, (path) => {
    test('what its columns are for is found', { timeout: 120_000 }, async () => {
      const { columns: { series, time, target, price }, frequency, gaps } = await proposalFor(path);
      expect({ series: series.value, time: time.value, target: target.value, ...(price && { price: price.value }), frequency: frequency.value, gaps: gaps.value }).toEqual(expected);
    });
  });
}
