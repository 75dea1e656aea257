import pc from 'picocolors';
import { expect, test } from 'vitest';

import { renderMetrics } from '../../cli/render/result.ts';
import { metrics } from '../api/fake-dependencies.ts';

test('the table shows the figures that evaluate.metrics names, in its order', () => {
  const [heads = '', titles = ''] = renderMetrics(metrics, pc.createColors(false), ['rmse', 'coverage']).split('\n');
  expect(titles.trim().split(/\s+/)).toEqual(['model', 'RMSE', 'coverage', 'RMSE', 'coverage']);
  expect(heads).toContain('folds (mean)  ');
});
