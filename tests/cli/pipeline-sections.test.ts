import { expect, test } from 'vitest';

import { parsePipeline } from '../../cli/pipeline-file.ts';

const head = 'name: shop\ntask: forecast\nsources:\n  sales:\n    uri: a.csv\n    columns: { series: sku, time: day, target: units }\n    levels: { category: Category, store: Store }\nfrequency: day\nhorizon: 7\n';

test('folds, labels, levels and augmentation are as a forecaster would have them where the file says nothing', () => {
  expect(parsePipeline(head, 'p.yaml')).toMatchObject({ evaluate: { folds: 3, gap: 0, window: 'expanding' }, training: { augment: { methods: [], copies: 1 } } });
  expect(parsePipeline(`${head}labels: { rule: event-within, entity: who, within: 30d }\nhierarchy: { levels: [[category, store], total] }\n`, 'p.yaml')).toMatchObject({
    labels: { where: [], cutoffs: { every: '1w' } }, hierarchy: { method: 'mint-shrink' },
  });
});

test.each([
  ['evaluate: { window: rolling }', 'evaluate.window: "rolling": must be expanding or { sliding: N }'],
  ['evaluate: { window: { sliding: 2 } }', 'evaluate.window.sliding: 2 is too small: at least 4'],
  ['evaluate: { gap: -1 }', 'evaluate.gap: -1 is too small: at least 0'],
  ['labels: { rule: event-withn, entity: who, within: 7d }', 'labels.rule: "event-withn" is not a known rule; did you mean event-within?'],
  ['labels: { rule: event-within, entity: who, within: 7 days }', 'labels.within: "7 days": a number of days, such as 7d or 30d'],
  ['hierarchy: { levels: [total, categry] }', 'hierarchy.levels.1: "categry": "categry" is no level: known are total, category, store; name its column in sources.sales.levels'],
  ['hierarchy: { levels: [[category, shop]] }', '"shop" is no level'],
  ['training: { augment: { methods: [mixup] } }', 'did you mean mix-up?'],
])('%s is refused with line, key and remedy', (section, message) => {
  expect(() => parsePipeline(`${head}${section}\n`, 'p.yaml')).toThrow(message);
  expect(() => parsePipeline(`${head}${section}\n`, 'p.yaml')).toThrow('p.yaml line 10, ');
});
