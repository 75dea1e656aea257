import pc from 'picocolors';
import { expect, test } from 'vitest';

import { renderColdStart } from '../../cli/render/cold-start.ts';
import type { ColdStartRow } from '../../contracts/cold-start.ts';

const rows = (mine: number | null, average: number | null, products = 1_293): readonly ColdStartRow[] => [
  { method: 'analogues', wape: 1.085, wql: mine, bias: 0.086, products },
  { method: 'category-average', wape: 1.12, wql: average, bias: -0.16, products },
];
const render = (of: readonly ColdStartRow[]): string => renderColdStart(of, pc.createColors(false));

test('launches are told one line a method, and the gain over the average in a sentence', () => {
  const lines = render(rows(0.757, 0.833)).split('\n');
  expect(lines.slice(0, 3).map((line) => line.trim().split(/\s{2,}/))).toEqual([
    ['cold start', 'launches', 'WAPE', 'WQL', 'bias'], ['analogues', '1,293', '1.085', '0.757', '+0.086'], ['category-average', '1,293', '1.120', '0.833', '-0.160'],
  ]);
  expect(lines.at(-1)).toMatch(/^analogues: WQL 9\.1 % better than the average of the category/);
});

test('a loss is called one, and what is the same the same', () => {
  expect(render(rows(0.9, 0.8))).toContain('WQL 12.5 % worse than');
  expect(render(rows(0.8, 0.8))).toContain('as good as the average of the category');
});

test('without launches, sales or rows nothing is claimed', () => {
  expect(render(rows(null, null, 0))).toBe('cold start: no product was launched that earlier launches could tell of');
  expect(render(rows(null, null))).toContain('no gain can be told');
  expect(render([])).toBe('');
});

test('a handful of launches proves nothing, and that is said', () => {
  expect(render(rows(0.5, 0.8, 3))).toContain('too few launches to tell');
  expect(render(rows(0.5, 0.8, 10))).toContain('better');
});
