import { expect, test } from 'vitest';

import type { DatasetLook } from '../../../domain/dataset-look/dataset-look.ts';
import { propose } from '../../../domain/dataset-look/propose.ts';
import { chooseSeries, subsetsOf } from '../../../domain/dataset-look/choose-series.ts';
import { numbers, rows, texts, times } from './columns.ts';

const lengths = { hour: 0, day: 400, week: 58, month: 14 };
const spacing = { withClock: 1, withMinutes: 1, step: 1, regular: 1, isPanel: false, coverage: 0, periods: lengths, density: { hour: 0, day: 0.3, week: 0.8, month: 0.9 } };
const days = new Map(Array.from({ length: 400 }, (_, i) => [15_000 + i, 25]));

const orders: DatasetLook = {
  rows, columns: [], roles: { time: times('date'), target: numbers('qty'), targetIsPrice: false, targetIsGuess: false, series: [texts('sku', 100)], reasons: {} },
  chosen: { columns: ['sku'], series: 100, spacing }, seriesReason: '100 values', keys: [], marks: [], duplicates: 0, repeated: 0, levels: [], months: [], strays: [],
  weekdays: [9, 9, 9, 9, 9, 9, 9], dayRows: days, steps: { notFalling: 0, rising: 0 },
};
const table: DatasetLook = { ...orders, chosen: { ...orders.chosen, spacing: { ...spacing, withClock: 0, withMinutes: 0, isPanel: true, coverage: 1 } } };
const withTarget = (look: DatasetLook, target: Parameters<typeof numbers>[1]): DatasetLook => ({ ...look, roles: { ...look.roles, target: numbers('qty', target) } });
const covering = (look: DatasetLook, coverage: number): DatasetLook => ({ ...look, chosen: { ...look.chosen, spacing: { ...look.chosen.spacing, coverage } } });
const of = (look: DatasetLook, today = 20_000) => propose(look, { today });

test('orders without a row are no sales; a table with zeros leaves gaps that nobody knows; one without zeros leaves out what was not sold', () => {
  expect(of(orders).gaps.value).toBe('no-sale');
  expect(of(table).gaps.value).toBe('unknown');
  expect(of(withTarget(covering(table, 0.9), { zero: 0.3 })).gaps.value).toBe('unknown');
  expect(of(covering(table, 0.9)).gaps.value).toBe('no-sale');
  expect(of({ ...covering(table, 0.9), weekdays: [9, 9, 9, 9, 9, 9, 0.5] }).gaps.value).toBe('closed');
});

test('weekdays without a sale are closed for daily series, quiet ones are not', () => {
  expect(of({ ...table, weekdays: [900, 900, 900, 900, 900, 900, 0] }).closed?.value).toEqual(['sunday']);
  expect(of({ ...table, weekdays: [900, 900, 900, 900, 900, 900, 30] }).closed).toBeUndefined();
  expect(of({ ...orders, weekdays: [900, 900, 900, 900, 900, 900, 0] }).closed).toBeUndefined();
});

test('zeros are sales of nothing in a table of periods, and no sales in a list of orders', () => {
  expect(of(withTarget(table, { zero: 0.4 })).filters).toEqual([]);
  expect(of(withTarget(orders, { zero: 0.01 })).filters.map(({ value }) => value)).toEqual([{ column: 'qty', rule: 'more-than', value: 0 }]);
  expect(of(withTarget(table, { negative: 0.01 })).filters.map(({ value }) => value)).toEqual([{ column: 'qty', rule: 'at-least', value: 0 }]);
});

test('a letter before the order number means returns only where the quantities agree', () => {
  const mark = { column: 'order', kind: 'letter', mark: 'C', rows: 50 } as const;
  expect(of({ ...orders, marks: [{ ...mark, negative: 1 }] }).returns?.value).toEqual({ column: 'order', rule: 'matches', pattern: '^C' });
  expect(of({ ...orders, marks: [{ ...mark, negative: 0.1 }] }).returns).toBeUndefined();
  expect(of({ ...orders, marks: [{ ...mark, rows: 2, negative: 1 }] }).returns).toBeUndefined();
});

test('rules hold for the data they were made from, with room', () => {
  const rules = of(withTarget(orders, { high: 40, max: 90 })).rules.map(({ value }) => value);
  expect(rules).toContainEqual({ column: 'target', rule: 'range', min: 0, max: 500, severity: 'warn' });
  expect(rules).toContainEqual({ rule: 'row-count', min: 5000, severity: 'block' });
  expect(rules).toContainEqual({ rule: 'series-count', min: 50, severity: 'block' });
  expect(rules).toContainEqual({ rule: 'row-count-band', factor: 3, severity: 'warn' });
});

test('missing quantities are allowed for as far as they occur', () => {
  const holes = { ...orders, roles: { ...orders.roles, target: { ...numbers('qty'), filled: 0.9 * rows } } };
  expect(of(holes).rules[0]?.value).toMatchObject({ rule: 'not-null', severity: 'warn', atMost: 0.12 });
  expect(of(holes).questions).toEqual(['10 % of the rows have no qty: their periods count as unknown']);
});

test('only data that are still added to are asked to be fresh', () => {
  const fresh = (today: number) => of(orders, today).rules.map(({ value }) => value).find(({ rule }) => rule === 'freshness');
  expect(fresh(15_402)).toEqual({ rule: 'freshness', maxAgeDays: 14, severity: 'warn' });
  expect(fresh(15_600)).toBeUndefined();
});

test('equal lines of orders are kept, equal rows of a table are dropped', () => {
  expect(of({ ...orders, duplicates: 9 }).duplicates.value).toBe('keep');
  const twice = of({ ...table, duplicates: 9, repeated: 9 });
  expect(twice.duplicates.value).toBe('drop');
  expect(twice.rules.map(({ value }) => value)).toContainEqual({ columns: ['series', 'time'], rule: 'unique', severity: 'block' });
  expect(of({ ...table, duplicates: 9, repeated: 12 }).questions).toEqual(['3 rows have a series and time that another one has: their values are added up']);
});

test('a total that only rises is asked about', () => {
  expect(of({ ...table, steps: { notFalling: 0.99, rising: 0.8 } }).questions[0]).toMatch(/running total/);
  expect(of({ ...table, steps: { notFalling: 0.7, rising: 0.5 } }).questions).toEqual([]);
});

test('levels have names that a snapshot can hold, each its own', () => {
  const level = (column: string) => ({ column, distinct: 2, values: ['a', 'b'] });
  const { levels } = of({ ...orders, levels: ['StoreType', 'dept_id', 'dept', '门店', 'series', '2nd'].map(level) });
  expect(levels.map(({ name }) => name)).toEqual(['store_type', 'dept', 'level_3', 'level_4', 'level_5', 'nd']);
});

test('what sells too rarely gives way to a column that sells often; where it will do, the better one is named', () => {
  const look = (column: string, series: number, week: number) => ({ columns: [column], series, spacing: { ...spacing, density: { hour: 0, day: 0, week, month: Math.min(1, 2 * week) } } });
  expect(chooseSeries([look('sku', 900, 0.8), look('store', 9, 1)])).toMatchObject({ chosen: { columns: ['sku'] }, reason: '900 values' });
  expect(chooseSeries([look('sku', 900, 0.2), look('store', 9, 1)])).toMatchObject({ chosen: { columns: ['sku'] }, reason: expect.stringContaining('each store in 100 %') as string });
  expect(chooseSeries([look('sku', 900, 0.01), look('store', 9, 1)])).toMatchObject({ chosen: { columns: ['store'] } });
  expect(chooseSeries([look('sku', 900, 0.01)])).toMatchObject({ chosen: { columns: ['sku'] } });
});

test('keys are tried alone before pairs and threes, and never with what names an order', () => {
  expect(subsetsOf([texts('sku', 5), texts('store', 5), texts('order_id', 5)])).toEqual([[0], [1], [2], [0, 1]]);
});
