import { expect, test } from 'vitest';

import { candidateEdges, championEdges } from '../../activities/lineage-edges.ts';
import { createMemoryLineage } from '../../adapters/memory/lineage.ts';
import type { LineageNode } from '../../contracts/lineage.ts';
import { artifact, candidateOf, championOf, metricRow, snapshotOf } from '../adapters/contract/governance-fixtures.ts';
import { at } from './surroundings.ts';
import { pipelineSchema } from '../../contracts/pipeline.schema.ts';

const candidate = { ...candidateOf('shop', 'march'), version: 3 };
const snapshot = snapshotOf('march');
const files = [artifact('models', 'one', 'txt'), artifact('models', 'two', 'json')];
const levelsFile = artifact('models', 'levels', 'txt');
const edges = [
  ...candidateEdges(
    {
      context: at('register'),
      snapshot: { ...snapshot, sources: [...snapshot.sources, { source: 'products', uri: 'products.csv', sha256: 'b'.repeat(64), bytes: 1, rows: 1 }] },
      recipe: { members: { lightgbm: { parameters: {}, files }, 'window-average': { parameters: {}, files: [] } }, weights: { lightgbm: 1 }, level: 1, seed: 7, quantiles: [0.5], hierarchy: { levels: ['total'], method: 'bottom-up', files: [levelsFile], weights: { lightgbm: 1 }, level: 1 } },
      evaluation: { report: artifact('reports', 'report'), rows: [metricRow], forecasts: candidate.forecasts, forecastSeries: 3 },
      pipelineSpec: pipelineSchema.parse({ name: 'shop', task: 'forecast', frequency: 'week', horizon: 4, sources: { sales: { uri: 's.csv', columns: { series: 'a', time: 'b', target: 'c' } } } }),
      trials: [],
    },
    candidate.digest,
  ),
  ...championEdges(championOf('shop', 3, '2026-03-03T00:00:00.000Z'), candidate),
];

async function reached(from: LineageNode, direction: 'up' | 'down'): Promise<Set<string>> {
  const lineage = createMemoryLineage();
  await lineage.addEdges(edges);
  const walked = await lineage.walk(from, direction, 20);
  return new Set(walked.map((edge) => edge[direction === 'up' ? 'input' : 'output']).map(({ kind, id }) => `${kind} ${id}`));
}

test('a served forecast leads back to everything it was made from', async () => {
  const up = await reached({ kind: 'forecast', id: 'shop/v3' }, 'up');
  expect([...up]).toEqual(expect.arrayContaining([
    'champion shop/v3', `candidate ${candidate.digest}`, 'run run-1', `snapshot ${snapshot.digest}`, `artifact ${candidate.forecasts.sha256}`,
    ...[...files, levelsFile].map(({ sha256 }) => `artifact ${sha256}`),
    `source products.csv#sha256=${'b'.repeat(64)}`,
  ]));
});

test('a source file leads forward to what is served from it', async () => {
  const down = await reached({ kind: 'source', id: `products.csv#sha256=${'b'.repeat(64)}` }, 'down');
  expect(down).toContain('forecast shop/v3');
  expect(down).toContain(`candidate ${candidate.digest}`);
});

test('nothing is made from itself, and no edge is there twice', () => {
  const text = edges.map(({ output, input, by }) => JSON.stringify([output, input, by]));
  expect(new Set(text).size).toBe(text.length);
  for (const { output, input } of edges) expect(output).not.toEqual(input);
});
