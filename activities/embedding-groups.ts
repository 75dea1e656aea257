import type { Item } from './embedding-cache.ts';

/** How much is embedded before it is published: some ten seconds of one core. A killed attempt loses no more than that. */
export interface GroupLimits {
  readonly items: number;
  /** Of the contents, each counted up to `bytesOfItem`, beyond which encoders don't read. */
  readonly bytes: number;
}

// Models read 512 tokens at most, of about four bytes (Latin letters) or three (Chinese) each.
const bytesOfItem = 2_048;

export const groupLimits = {
  text: { items: 1_000, bytes: 256 * 1024 },
  image: { items: 256, bytes: Number.POSITIVE_INFINITY },
  audio: { items: 64, bytes: Number.POSITIVE_INFINITY },
  video: { items: 16, bytes: Number.POSITIVE_INFINITY },
} as const satisfies Readonly<Record<string, GroupLimits>>;

/**
 * Items in groups, in their order. Where a group ends depends on nothing but the items since the former one ended (not on time, for example):
 * after a kill the rest falls into the same groups.
 */
export async function* groupsOf(chunks: AsyncIterable<readonly Item[]>, limits: GroupLimits): AsyncGenerator<readonly Item[]> {
  let [group, bytes]: [Item[], number] = [[], 0];
  for await (const chunk of chunks) {
    for (const item of chunk) {
      group.push(item);
      bytes += Math.min(Buffer.byteLength(item.content), bytesOfItem);
      if (group.length < limits.items && bytes < limits.bytes) continue;
      yield group;
      [group, bytes] = [[], 0];
    }
  }
  if (group.length > 0) yield group;
}
