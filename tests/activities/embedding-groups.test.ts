import fc from 'fast-check';
import { expect, test } from 'vitest';

import { type GroupLimits, groupsOf } from '../../activities/embedding-groups.ts';

const item = fc.record({ key: fc.string(), content: fc.string({ maxLength: 40, unit: 'grapheme' }) });
const limits = fc.record({ items: fc.integer({ min: 1, max: 8 }), bytes: fc.integer({ min: 1, max: 200 }) });
type Items = readonly { readonly key: string; readonly content: string }[];

async function groups(items: Items, within: GroupLimits, chunk = 3): Promise<Items[]> {
  async function* chunks(): AsyncGenerator<Items> {
    for (let start = 0; start < items.length; start += chunk) yield items.slice(start, start + chunk);
  }
  const found: Items[] = [];
  for await (const group of groupsOf(chunks(), within)) found.push(group);
  return found;
}

test('groups are all items in their order, and within the limits but for the last item of each', async () => {
  await fc.assert(fc.asyncProperty(fc.array(item, { maxLength: 40 }), limits, fc.integer({ min: 1, max: 7 }), async (items, within, chunk) => {
    const found = await groups(items, within, chunk);
    expect(found.flat()).toEqual(items);
    for (const group of found) {
      expect(group.length).toBeLessThanOrEqual(within.items);
      expect(group.slice(0, -1).reduce((sum, { content }) => sum + Buffer.byteLength(content), 0)).toBeLessThan(within.bytes);
    }
  }));
});

test('when some groups are finished the rest falls into the same groups as before', async () => {
  await fc.assert(fc.asyncProperty(fc.array(item, { maxLength: 40 }), limits, fc.nat(10), async (items, within, finished) => {
    const all = await groups(items, within);
    expect(await groups(all.slice(finished).flat(), within)).toEqual(all.slice(finished));
  }));
});

test('what encoders do not read of a long text does not count', async () => {
  const long = { key: 'a', content: 'x'.repeat(1_000_000) };
  expect(await groups([long, long, long], { items: 10, bytes: 6_000 })).toEqual([[long, long, long]]);
});
