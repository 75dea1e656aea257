import pc from 'picocolors';
import { expect, test } from 'vitest';

import { renderAblation } from '../../cli/render/ablation.ts';
import type { AblationRow } from '../../contracts/ablation.ts';

const plain = pc.createColors(false);
const row = (without: string, gain: number, low: number, high: number, more: Partial<AblationRow> = {}): AblationRow => ({ without, columns: 8, metric: 'wql', full: 0.561, reduced: 0.571, gain, low, high, ...more });

test('each modality is told with its scores, and who wins in plain words', () => {
  const lines = renderAblation([
    row('image', 0.0182, 0.004, 0.0311), row('image', 0.02, 0.001, 0.04, { metric: 'wape' }),
    row('text', 0.0003, -0.012, 0.014), row('reviews', -0.02, -0.03, -0.011), row('tuning', 0.01, 0.002, 0.02, { columns: 0 }),
  ], plain).split('\n');
  expect(lines.slice(0, 3).map((line) => line.trim().split(/\s{2,}/))).toEqual([
    ['left out', 'columns', 'metric', 'with', 'without', 'gain', '95 %'],
    ['pictures', '8', 'WQL', '0.561', '0.571', '+1.8 %', '+0.4 … +3.1'],
    ['pictures', '8', 'WAPE', '0.561', '0.571', '+2.0 %', '+0.1 … +4.0'],
  ]);
  expect(lines.slice(-4)).toEqual([
    'pictures: WQL 1.8 % better with them (95 %: 0.4 … 3.1 %)',
    'texts: no effect that could be told from chance (WQL 0.0 %, 95 %: -1.2 … +1.4)',
    'reviews: WQL 2.0 % worse with them (95 %: 1.1 … 3.0 %)',
    'tuning: WQL 1.0 % better with it (95 %: 0.2 … 2.0 %)',
  ]);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
});

test('without quantiles WAPE decides, and without rows nothing is said', () => {
  expect(renderAblation([row('audio', 0.5, 0.4, 0.6, { metric: 'wape' })], plain)).toContain('audio: WAPE 50.0 % better with it (95 %: 40.0 … 60.0 %)');
  expect(renderAblation([], plain)).toBe('');
});
