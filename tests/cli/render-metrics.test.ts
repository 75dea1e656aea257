import pc from 'picocolors';
import { expect, test } from 'vitest';

import { renderLevels, renderMetrics } from '../../cli/render/result.ts';
import { metrics } from '../api/fake-dependencies.ts';

test('the table shows the figures that evaluate.metrics names, in its order', () => {
  const [heads = '', titles = ''] = renderMetrics(metrics, pc.createColors(false), ['rmse', 'coverage']).split('\n');
  expect(titles.trim().split(/\s+/)).toEqual(['model', 'RMSE', 'coverage', 'RMSE', 'coverage']);
  expect(heads).toContain('folds (mean)  ');
});

test('levels of a hierarchy are shown on the untouched horizon, each beside what it was before', () => {
  const row = { wape: 0.1, wql: 0.08, bias: 0.01, before: { wape: 0.2, wql: null, bias: -0.02 } };
  const lines = renderLevels([{ ...row, level: 'total', split: 'test' }, { ...row, level: 'total', split: 'folds' }], pc.createColors(false)).split('\n');
  expect(lines.map((line) => line.trim().split(/\s{2,}/))).toEqual([
    ['level (test)', 'WAPE', 'before', 'WQL', 'before', 'bias', 'before'],
    ['total', '0.100', '0.200', '0.080', '–', '+0.010', '-0.020'],
  ]);
});
