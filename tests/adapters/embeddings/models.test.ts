import { expect, test } from 'vitest';

import { encoderModel } from '../../../adapters/embeddings/models.ts';

test.each(['all-MiniLM-L6-v2', 'multilingual-e5-small'])('%s is pinned to a commit: a branch would give other vectors one day', (name) => {
  expect(encoderModel(name).hub.revision).toMatch(/^[0-9a-f]{40}$/);
});

test('a model without a pinned commit is not offered', () => {
  expect(() => encoderModel('bge-small-zh-v1.5')).toThrow('set embeddings.text.model to one of all-MiniLM-L6-v2, multilingual-e5-small');
});
