import { dirname, join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { packageRoot } from '../../infra/toolchain/paths.ts';
import { describeSet, useDataPlane } from './data-plane.ts';

// Counts that the publishers of these sets give, or that others have found in them: whoever reads the sets right finds them again.

const plane = useDataPlane();
const productCode = { column: 'StockCode', rule: 'matches', pattern: '^[0-9]{5}[A-Z]{0,2}$' };

describe('Online Retail', () => {
  const uri = join(packageRoot, 'examples/online-retail/data/online_retail.parquet');
  const columns = { series: 'StockCode', time: 'InvoiceDate', target: 'Quantity', price: 'UnitPrice' };
  const cancelled = { where: [{ column: 'InvoiceNo', rule: 'matches', pattern: '^C' }] };
  const file = (sales: object) => ({ name: 'online-retail', task: 'forecast', frequency: 'week', horizon: 4, sources: { sales: { uri, columns, ...sales } } });

  test('541,909 rows, of which 9,288 cancel, 10,624 are negative and 2,517 have no price', async () => {
    const { snapshot } = await plane().snapshot(file({ returns: { ...cancelled, action: 'net' } }));
    expect(snapshot.rows).toBe(541_909);
    expect(
      await plane().figures(snapshot.sales, 'SELECT count(*) FILTER (returned) AS cancelled, count(*) FILTER (target < 0) AS negative, count(*) FILTER (price <= 0) AS priceless FROM t'),
    ).toEqual({ cancelled: 9_288, negative: 10_624, priceless: 2_517 });
  });

  test('5,268 lines are exact duplicates', async () => {
    const { snapshot } = await plane().snapshot(file({ duplicates: 'drop' }));
    expect(snapshot.rows - snapshot.keptRows).toBe(5_268);
  });

  test('orders of 74,215 and 80,995 units that were cancelled the same day vanish when returns are netted by customer', async () => {
    const { snapshot, cleaned } = await plane().run(file({ filters: [productCode], returns: { ...cancelled, action: 'net', by: ['CustomerID'] } }));
    expect(await plane().figures(snapshot.sales, 'SELECT count(*) AS huge FROM t WHERE kept AND abs(target) IN (74215, 80995)')).toEqual({ huge: 0 });
    const { most } = await plane().figures(cleaned.panel, 'SELECT max(y_raw) AS most FROM t');
    expect(most).toBeLessThan(40_000);
  });
});

describeSet('Rossmann', 'RossmannFull/train_1017209.parquet', (uri) => {
  const file = {
    name: 'rossmann', task: 'forecast', frequency: 'day', horizon: 42,
    sources: { sales: { uri, columns: { series: 'Store', time: 'Date', target: 'Sales' }, filters: [{ column: 'Open', rule: 'in', values: ['1'] }] } },
    cleaning: { gaps: 'closed', outliers: { method: 'none' } },
  };

  test('1,017,209 days of 1,115 stores sell 5,873,180,623, on 844,392 open ones; days without a row are closed, not zero', async () => {
    const { snapshot, cleaned } = await plane().run(file);
    expect(snapshot).toMatchObject({ rows: 1_017_209, keptRows: 844_392, series: 1_115 });
    expect(await plane().figures(snapshot.sales, 'SELECT sum(target) AS sold FROM t')).toEqual({ sold: 5_873_180_623 });
    expect(await plane().figures(cleaned.panel, 'SELECT count(y_raw) AS open, sum(y_raw) AS sold FROM t')).toEqual({ open: 844_392, sold: 5_873_180_623 });
  });
});

describeSet('M5, monthly', 'M5_Walmart/monthly_sales_all_series.parquet', (uri) => {
  const levels = { department: 'dept_id', category: 'cat_id', state: 'state_id' };
  const file = { name: 'm5', task: 'forecast', frequency: 'month', horizon: 3, sources: { sales: { uri, columns: { series: ['item_id', 'store_id'], time: 'date', target: 'sales' }, levels } } };

  test('1,951,360 rows are 30,490 series of 64 months', async () => {
    const { snapshot, cleaned } = await plane().run(file);
    expect(snapshot).toMatchObject({ rows: 1_951_360, series: 30_490 });
    expect(cleaned).toMatchObject({ series: 30_490, periods: 64 });
    expect(await plane().figures(snapshot.sales, 'SELECT count(DISTINCT category) AS categories, count(DISTINCT department) AS departments, count(DISTINCT state) AS states FROM t')).toEqual({ categories: 3, departments: 7, states: 3 });
  });
});

describeSet('M5, monthly with prices', 'M5_Walmart/sell_prices.parquet', (prices) => {
  test('6,841,121 weekly prices become the prices of months, each as last known', async () => {
    const set = dirname(prices);
    expect(await plane().row(`SELECT count(*) AS prices FROM read_parquet('${prices}')`)).toEqual({ prices: 6_841_121 });
    const uri = join(plane().folder, 'monthly-with-prices.parquet');
    await plane().write(uri, `
      WITH weeks AS (SELECT wm_yr_wk, min(CAST(date AS DATE)) AS day FROM read_parquet('${set}/calendar.parquet') GROUP BY wm_yr_wk),
           paid AS (SELECT store_id, item_id, date_trunc('month', day) AS month, avg(sell_price) AS price, count(*) AS prices FROM read_parquet('${prices}') JOIN weeks USING (wm_yr_wk) GROUP BY ALL)
      SELECT m.item_id, m.store_id, CAST(m.date AS TIMESTAMP) AS date, m.sales, p.price, p.prices
      FROM read_parquet('${set}/monthly_sales_all_series.parquet') m LEFT JOIN paid p ON p.item_id = m.item_id AND p.store_id = m.store_id AND p.month = date_trunc('month', m.date)`);
    const { snapshot, cleaned } = await plane().run({
      name: 'm5-prices', task: 'forecast', frequency: 'month', horizon: 3,
      sources: { sales: { uri, columns: { series: ['item_id', 'store_id'], time: 'date', target: 'sales', price: 'price' } } },
    });
    expect(snapshot.series).toBe(30_490);
    expect(await plane().figures(cleaned.panel, 'SELECT count(DISTINCT series) AS priced FROM t WHERE price > 0')).toEqual({ priced: 30_490 });
  });
});

describeSet('M5, daily', 'M5_daily_tiny/m5_tiny_daily_280series_1941days.parquet', (uri) => {
  test('543,480 rows are 280 series of 1,941 days; 14.9 % have no price, and the last known one is carried on', async () => {
    const { snapshot, cleaned } = await plane().run({
      name: 'm5-daily', task: 'forecast', frequency: 'day', horizon: 28,
      sources: { sales: { uri, columns: { series: ['item_id', 'store_id'], time: 'date', target: 'sales', price: 'sell_price' } } },
    });
    expect(snapshot).toMatchObject({ rows: 543_480, series: 280, from: '2011-01-29T00:00:00', to: '2016-05-22T00:00:00' });
    expect(cleaned).toMatchObject({ series: 280, periods: 1_941 });
    const { share } = await plane().figures(snapshot.sales, 'SELECT round(1 - count(price) / count(*), 3) AS share FROM t');
    expect(share).toBe(0.149);
  });
});

describeSet('Olist', 'Olist/full_order_items.parquet', (uri) => {
  test('112,650 order items of 32,951 products bring 13,591,643.70', async () => {
    const { snapshot } = await plane().snapshot({
      name: 'olist', task: 'forecast', frequency: 'month', horizon: 1,
      sources: { sales: { uri, columns: { series: 'product_id', time: 'shipping_limit_date', target: 'price' }, timezone: 'America/Sao_Paulo' } },
    });
    expect(snapshot).toMatchObject({ rows: 112_650, series: 32_951 });
    expect(await plane().figures(snapshot.sales, 'SELECT sum(CAST(target AS DECIMAL(18, 2)))::DOUBLE AS revenue FROM t')).toEqual({ revenue: 13_591_643.7 });
  });
});

describeSet('Avocado prices', 'AvocadoPrices/avocado.parquet', (uri) => {
  test('18,249 rows are 108 markets of 169 weeks; the one with 166 weeks has three unknown ones', async () => {
    const { snapshot, cleaned } = await plane().run({
      name: 'avocado', task: 'forecast', frequency: 'week', horizon: 4,
      sources: { sales: { uri, columns: { series: ['region', 'type'], time: 'Date', target: 'Total Volume', price: 'AveragePrice' } } },
      cleaning: { gaps: 'unknown', missing: { method: 'seasonal' }, outliers: { method: 'none' } },
    });
    expect(snapshot).toMatchObject({ rows: 18_249, series: 108 });
    expect(cleaned).toMatchObject({ series: 108, periods: 169 });
    expect(await plane().figures(cleaned.panel, 'SELECT count(*) AS cells, count(y_raw) AS known, count(y) AS filled FROM t')).toEqual({ cells: 18_252, known: 18_249, filled: 18_252 });
  });
});
