import { createMemoryArtifactStore } from '../../../adapters/memory/artifact-store.ts';
import { describeArtifactStore } from '../contract/artifact-store.contract.ts';

const objects = new Map<string, Uint8Array>();

describeArtifactStore('memory', () => ({
  open: (cacheFolder) => createMemoryArtifactStore({ cacheFolder, objects }),
  damage: async (uri, bytes) => void objects.set(uri, bytes),
  remove: async (uri) => void objects.delete(uri),
}));
