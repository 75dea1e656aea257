import { availableParallelism } from 'node:os';

import type { Encoders } from '../activities/embedding.ts';
import { compiledEntry } from '../adapters/child-process/compiled-entry.ts';
import { createTextEncoder } from '../adapters/embeddings/text-encoder.ts';
import { createMediaEncoder } from '../adapters/media-encoders/create-media-encoder.ts';
import type { Config } from '../config/load.ts';

/** Networks that stay in memory; a run needs one of texts and one of pictures, and seldom more. */
const keptLoaded = 3;

/** The encoders of an embedding worker, loaded when they are first asked for; the ones used last stay loaded. */
export function createEncoders({ modelsDir, hub: { allowRemote, endpoint }, ffmpeg }: Pick<Config, 'modelsDir' | 'hub' | 'ffmpeg'>): Encoders & { close(): Promise<void> } {
  const options = { modelsDir, allowRemote, ...(endpoint !== undefined && { hubEndpoint: endpoint }) };
  const media = { ...options, ffmpeg, workers: { count: availableParallelism(), entry: compiledEntry(new URL('../adapters/media-encoders/encoder-thread.ts', import.meta.url)) } };
  const texts = createCache<Awaited<ReturnType<typeof createTextEncoder>>>();
  const files = createCache<Awaited<ReturnType<typeof createMediaEncoder>>>();
  return {
    text: (settings) => texts.get(JSON.stringify(settings), () => createTextEncoder({ ...options, ...settings })),
    media: (modality, settings) => files.get(JSON.stringify([modality, settings]), () => createMediaEncoder(modality, { ...media, ...settings })),
    close: async () => {
      await Promise.all([texts.close(), files.close()]);
    },
  };
}

interface Closable {
  close(): Promise<void>;
}

function createCache<E extends Closable>() {
  const loaded = new Map<string, Promise<E>>();
  const drop = async (key: string): Promise<void> => {
    const encoder = loaded.get(key);
    loaded.delete(key);
    await encoder?.then((one) => one.close(), () => undefined);
  };
  return {
    get(key: string, load: () => Promise<E>): Promise<E> {
      const found = loaded.get(key) ?? load();
      loaded.delete(key);
      loaded.set(key, found);
      // A failed load must not be remembered: the weights may be there on the next attempt.
      found.catch(() => loaded.delete(key));
      // One activity at a time: what is closed here, nobody uses any more.
      for (const oldest of [...loaded.keys()].slice(0, -keptLoaded)) void drop(oldest);
      return found;
    },
    async close(): Promise<void> {
      await Promise.all([...loaded.keys()].map(drop));
    },
  };
}
