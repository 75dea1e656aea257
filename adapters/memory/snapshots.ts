import { BadInput } from '../../contracts/failure.ts';
import type { Snapshot } from '../../contracts/data.ts';
import type { StoredSnapshot } from '../records.ts';

/** Twin of the snapshots in PostgreSQL. */
export function createMemorySnapshots() {
  const stored: StoredSnapshot[] = [];
  return {
    async put(pipeline: string, snapshot: Snapshot): Promise<void> {
      if (stored.some((entry) => entry.pipeline === pipeline && entry.snapshot.digest === snapshot.digest)) return;
      stored.push({ pipeline, storedAt: new Date().toISOString(), snapshot: structuredClone(snapshot) });
    },
    async list({ pipeline }: { readonly pipeline?: string } = {}): Promise<StoredSnapshot[]> {
      return stored.filter((entry) => pipeline === undefined || entry.pipeline === pipeline).reverse();
    },
    async find(prefix: string): Promise<StoredSnapshot | undefined> {
      const found = stored.filter(({ snapshot }) => snapshot.digest.startsWith(prefix));
      if (new Set(found.map(({ snapshot }) => snapshot.digest)).size > 1) {
        throw new BadInput(`several snapshots begin with "${prefix}": give more characters of the digest`);
      }
      return found[0];
    },
  };
}
