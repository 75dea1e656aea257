import { describe, expect, test } from 'vitest';

import { createMemoryLineageOutbox } from '../../../adapters/memory/lineage-outbox.ts';
import { runUuid } from '../../../adapters/openlineage/run-id.ts';
import { createStepEvents, runEvent } from '../../../adapters/openlineage/step-events.ts';
import type { StepEvent } from '../../../contracts/step-events.ts';
import { artifact, sha256 } from '../contract/governance-fixtures.ts';
import { runEventShape } from './published-shape.ts';

const context = { runId: 'run-1', pipeline: 'shop', step: 'validate' } as const;
const sales = artifact('primary', 'sales');
const quality = {
  outcomes: [
    { rule: 'target not-null', kind: 'not-null', column: 'target', severity: 'block', holds: false, found: '1 of 3 rows are empty (33 %)', broken: 1, rows: 3, examples: [{ file: 0, row: 2 }] },
    { rule: 'series, time unique', kind: 'unique', column: 'series, time', severity: 'warn', holds: true, found: '0 of 3 rows repeat a key', broken: 0, rows: 3, examples: [] },
  ],
  metrics: { rows: 3, columns: { series: { type: 'VARCHAR', count: 3, nullCount: 0, distinctCount: 2 }, target: { type: 'DOUBLE', count: 2, nullCount: 1, sum: 4.5, min: -1, max: 5.5 } } },
} as const;
const started: StepEvent = { type: 'START', context, inputs: [{ artifact: sales }], outputs: [] };
const ended: StepEvent = { type: 'COMPLETE', context, inputs: [{ artifact: sales, quality }], outputs: [{ artifact: artifact('reports', 'report') }] };
const surroundings = { namespace: 'forecastle', at: new Date('2026-03-02T04:00:00Z') };

describe('an event of a step', () => {
  test.each([started, ended, { ...ended, type: 'FAIL', error: 'the data break a rule' } as const, { ...started, type: 'ABORT' } as const])('$type has the shape that the published schemas ask for', (event) => {
    expect(runEventShape.safeParse(JSON.parse(JSON.stringify(runEvent(event, surroundings)))).error).toBeUndefined();
  });

  test('names the step, its run, and its datasets by bucket, key and digest', () => {
    const event = runEvent(ended, surroundings);
    expect(event).toMatchObject({
      eventType: 'COMPLETE', eventTime: '2026-03-02T04:00:00.000Z', job: { namespace: 'forecastle', name: 'retrain.shop.validate' },
      run: { runId: runUuid('run-1/validate'), facets: { parent: { run: { runId: runUuid('run-1') }, job: { name: 'retrain.shop' } } } },
      inputs: [{ namespace: 's3://bucket', name: `primary/${sha256('sales')}.json`, facets: { version: { datasetVersion: sha256('sales') } } }],
    });
  });

  test('carries what the rules found and the figures of the columns', () => {
    const [input] = runEvent(ended, surroundings).inputs;
    expect(input?.inputFacets?.['dataQualityAssertions']).toMatchObject({
      assertions: [{ assertion: 'not_null', success: false, column: 'target', severity: 'error', actual: '1 of 3 rows are empty (33 %)' }, { assertion: 'unique', success: true, severity: 'warn' }],
    });
    expect(input?.inputFacets?.['dataQualityMetrics']).toMatchObject({ rowCount: 3, columnMetrics: { target: { nullCount: 1, count: 2, sum: 4.5, min: -1, max: 5.5 } } });
    expect(input?.facets?.['schema']).toMatchObject({ fields: [{ name: 'series', type: 'VARCHAR' }, { name: 'target', type: 'DOUBLE' }] });
  });
});

test('a step has one start and one end, whatever the number of its attempts', async () => {
  const outbox = createMemoryLineageOutbox();
  const events = createStepEvents({ outbox, namespace: 'forecastle', now: () => new Date(0) });
  for (const event of [started, started, ended, { ...ended, type: 'FAIL', error: 'late' } as const, started]) await events.emit(event);
  expect(await outbox.counts()).toMatchObject({ waiting: 2 });
  await events.emit({ ...started, context: { ...context, step: 'clean' } });
  expect(await outbox.counts()).toMatchObject({ waiting: 3 });
});

test('ids of runs are UUIDs of version 5, the same everywhere and for each name another', () => {
  expect(runUuid('run-1')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(runUuid('run-1')).toBe(runUuid('run-1'));
  expect(new Set(['a', 'b', 'a/validate'].map(runUuid)).size).toBe(3);
});
