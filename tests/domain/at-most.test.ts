import fc from 'fast-check';
import { expect, test } from 'vitest';
import { atMost } from '../../domain/at-most.ts';

test('results stand in the order of the items, and never more are under way than asked for', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.nat(5)), fc.integer({ min: 1, max: 4 }), async (turns, most) => {
    let [running, highest] = [0, 0];
    const results = await atMost(most, turns, async (wait) => {
      running += 1;
      highest = Math.max(highest, running);
      for (let turn = 0; turn < wait; turn += 1) await Promise.resolve();
      running -= 1;
      return wait * 2;
    });
    expect(results).toEqual(turns.map((wait) => wait * 2));
    expect(highest).toBeLessThanOrEqual(most);
    if (turns.every((wait) => wait > 0)) expect(highest).toBe(Math.min(most, turns.length));
  }));
});

test('after a failure nothing is begun, what runs is awaited, and the first failure is told', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const work = atMost(2, [1, 2, 3, 4], async (item) => {
    begun.push(item);
    if (item === 1) throw new Error('first');
    await Promise.resolve();
    ended.push(item);
  });
  await expect(work).rejects.toThrow('first');
  expect([begun, ended]).toEqual([[1, 2], [2]]);
});
