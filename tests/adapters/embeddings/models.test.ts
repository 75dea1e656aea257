import { expect, test } from 'vitest';

import { filesOf, parseModelName } from '../../../adapters/embeddings/models.ts';

test.each(['all-MiniLM-L6-v2', 'multilingual-e5-small', 'bge-small-zh-v1.5'])('%s is pinned, to a commit or by the digest of its weights: a branch would give other vectors one day', (name) => {
  const parsed = parseModelName(name);
  if (parsed.kind !== 'known') throw new Error(`${name} is not in the table`);
  const { hub, weightsSha256 } = parsed.model;
  if (hub.revision === 'main') expect(weightsSha256.fp32).toMatch(/^[0-9a-f]{64}$/);
  else expect(hub.revision).toMatch(/^[0-9a-f]{40}$/);
});

test.each([
  ['owner/name', { kind: 'hub', repository: 'owner/name', revision: 'main' }],
  ['owner/name@v1.0', { kind: 'hub', repository: 'owner/name', revision: 'v1.0' }],
  ['our-own_model.2', { kind: 'folder', name: 'our-own_model.2' }],
])('%s is a model by another door', (name, parsed) => {
  expect(parseModelName(name)).toEqual(parsed);
});

test.each(['', '..', '../models', 'a/../b', '/etc/passwd', 'a/b/c', 'owner/name@', 'owner/name@../x', 'two words', '.hidden'])('"%s" is refused: it could reach other folders', (name) => {
  expect(() => parseModelName(name)).toThrow('give one of all-MiniLM-L6-v2, bge-small-zh-v1.5, multilingual-e5-small, or owner/name');
});

test('each precision has weights of its own', () => {
  expect(new Set((['fp32', 'fp16', 'int8'] as const).map((dtype) => filesOf(dtype).at(-1))).size).toBe(3);
});
