import { expect, test } from 'vitest';

import { describeHead, sentimentHead, sentimentHeads } from '../../../domain/sentiment/heads.ts';
import { scoreVectors } from '../../../domain/sentiment/sentiment-head.ts';

test('the shipped classifiers did on held-out reviews what is promised of them', () => {
  const sets = sentimentHeads.flatMap(({ provenance }) => provenance.sets).filter(({ learnt }) => learnt > 0);
  expect(sets.filter(({ language }) => language === 'Chinese').map(({ accuracy }) => accuracy >= 0.9)).toEqual([true]);
  expect(sets.filter(({ language }) => language === 'English').map(({ auc }) => auc >= 0.88)).toEqual([true]);
  for (const { learnt, heldOut } of sets) expect(heldOut / (learnt + heldOut)).toBeCloseTo(0.2, 1);
});

test.each(sentimentHeads.map((head) => [head.model, head] as const))('that of %s says where it comes from, holds no text, and is small', (model, head) => {
  expect(head.provenance.encoder).toMatch(new RegExp(`^${model}@\\S+ fp32 `));
  expect(head.provenance.reviews).toBe(head.provenance.sets.reduce((sum, { learnt }) => sum + learnt, 0));
  expect(JSON.stringify(head).length).toBeLessThan(10_000);
  expect(sentimentHead({ model, dims: head.weights.length })).toBe(head);
  expect(describeHead(head)).toMatch(new RegExp(`^${model}, \\d{1,3}(,\\d{3})* reviews, version \\d+$`));
});

test('a model that no classifier was learnt for, or whose vectors have another length, has none', () => {
  expect(sentimentHead({ model: 'all-MiniLM-L6-v2', dims: 768 })).toBeUndefined();
  expect(sentimentHead({ model: 'intfloat/e5-base', dims: 384 })).toBeUndefined();
});

test('a vector along the weights is favourable, one against them is not, and nothing scores the odds of the bias', () => {
  const scores = scoreVectors({ weights: [2, -1], bias: 0.5 }, Float32Array.of(0, 0, 2, -1, -2, 1));
  expect([...scores].map((score) => Number(score.toFixed(4)))).toEqual([0.6225, 0.9959, 0.011]);
});
