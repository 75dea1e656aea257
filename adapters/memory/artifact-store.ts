import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';

import type { ArtifactRef } from '../../contracts/artifacts.ts';
import { contentOf, expectContent, jsonIn, missing, refOf } from '../artifact-store.ts';
import type { ArtifactStore } from '../artifact-store.ts';
import { createLocalCopies } from '../local-copies.ts';

/**
 * Twin of object storage; copies for `fetchFile` go to a folder all the same.
 * @param objects what it holds, by URI: for a test that looks, damages or deletes, and for several stores on one content
 */
export function createMemoryArtifactStore({
  cacheFolder,
  objects = new Map(),
}: {
  readonly cacheFolder: string;
  readonly objects?: Map<string, Uint8Array>;
}): ArtifactStore {
  const copies = createLocalCopies(cacheFolder);

  function stored(ref: ArtifactRef): Uint8Array {
    const bytes = objects.get(ref.uri);
    if (bytes === undefined) throw missing(ref);
    return bytes;
  }
  const publishBytes: ArtifactStore['publishBytes'] = async (layer, bytes, as) => {
    const ref = refOf('memory', layer, contentOf(bytes), as);
    if (objects.get(ref.uri)?.byteLength !== ref.bytes) objects.set(ref.uri, Uint8Array.from(bytes));
    return ref;
  };
  const readBytes: ArtifactStore['readBytes'] = async (ref) => {
    const bytes = Uint8Array.from(stored(ref));
    expectContent(ref, contentOf(bytes));
    return bytes;
  };

  return {
    publishBytes,
    readBytes,
    ...jsonIn({ publishBytes, readBytes }),
    async publishFile(layer, file, as, signal) {
      signal?.throwIfAborted();
      return publishBytes(layer, await readFile(file), as);
    },
    fetchFile: (ref, signal) => copies.fetch(ref, async () => Readable.from([stored(ref)]), signal),
    verify: async (ref) => expectContent(ref, contentOf(stored(ref))),
    exists: async (ref) => objects.get(ref.uri)?.byteLength === ref.bytes,
    close: () => undefined,
  };
}
