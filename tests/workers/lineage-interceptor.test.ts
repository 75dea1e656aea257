import { expect, test } from 'vitest';

import { edgesOf } from '../../workers/lineage-interceptor.ts';

const context = { runId: 'run-1', pipeline: 'shop', step: 'clean' };
const ref = (letter: string) => ({ uri: `s3://bucket/raw/${letter}`, sha256: letter.repeat(64), bytes: 1, mediaType: 'text/plain' });
const pairs = (input: unknown, result: unknown): string[] =>
  edgesOf(input, result).map(({ output, input: from, by }) => `${output.kind} ${output.id[0]} < ${from.kind} ${from.id[0]} (${by})`);

test('every artifact that a step made comes from every artifact that it took', () => {
  const input = { context, snapshot: { digest: 'm'.repeat(64), manifest: ref('m'), sales: ref('a'), texts: ref('b') } };
  expect(pairs(input, { panel: ref('c'), reports: [ref('d'), ref('c')] })).toEqual([
    'artifact c < artifact a (clean)', 'artifact c < artifact b (clean)', 'artifact d < artifact a (clean)', 'artifact d < artifact b (clean)',
  ]);
});

test('what is only handed on is not made', () => {
  expect(pairs({ context, table: ref('a') }, { table: ref('a'), report: ref('b') })).toEqual(['artifact b < artifact a (clean)']);
});

test('what ingest makes are parts of its snapshot', () => {
  const result = { digest: 's'.repeat(64), manifest: ref('s'), sales: ref('a'), texts: ref('b') };
  expect(pairs({ context: { ...context, step: 'ingest' }, sources: {} }, result)).toEqual(['artifact a < snapshot s (ingest)', 'artifact b < snapshot s (ingest)']);
});

test('an activity that works for no step, or makes nothing, records nothing', () => {
  expect(edgesOf({ runId: 'run-1', table: ref('a') }, ref('b'))).toEqual([]);
  expect(edgesOf({ context, table: ref('a') }, undefined)).toEqual([]);
  expect(edgesOf(undefined, ref('b'))).toEqual([]);
});
