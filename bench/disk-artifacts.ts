import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type ArtifactStore, parquetFile } from '../activities/artifact-store.ts';
import { contentOfFile } from '../adapters/artifact-store.ts';
import { canonicalJson } from '../adapters/canonical-json.ts';
import type { ArtifactRef } from '../contracts/artifacts.ts';

/** A file as an artifact of such a store, where it is. */
export async function fileArtifact(file: string): Promise<ArtifactRef> {
  return { uri: `file://${file}`, ...(await contentOfFile(file)), mediaType: parquetFile.mediaType };
}

/**
 * Artifacts as files of a folder, so that a benchmark of memory measures the product and not the twin of its store. Files that are published
 * are linked, not copied. Files that lie elsewhere already are artifacts too (`fileArtifact`).
 */
export function createDiskArtifacts(folder: string): ArtifactStore {
  const pathOf = ({ uri }: Pick<ArtifactRef, 'uri'>): string => (uri.startsWith('file://') ? uri.slice('file://'.length) : join(folder, uri.replace('disk://', '')));
  return {
    async publishFile(layer, file, { mediaType, extension }) {
      const { sha256, bytes } = await contentOfFile(file);
      const ref: ArtifactRef = { uri: `disk://${layer}/${sha256}.${extension}`, sha256, bytes, mediaType };
      await mkdir(join(folder, layer), { recursive: true });
      // The same content may be there already.
      await link(file, pathOf(ref)).catch((error: unknown) => {
        if (!existsSync(pathOf(ref))) throw error;
      });
      return ref;
    },
    async publishJson(layer, value) {
      const text = canonicalJson(value);
      const sha256 = createHash('sha256').update(text).digest('hex');
      const ref: ArtifactRef = { uri: `disk://${layer}/${sha256}.json`, sha256, bytes: Buffer.byteLength(text), mediaType: 'application/json' };
      await mkdir(join(folder, layer), { recursive: true });
      await writeFile(pathOf(ref), text);
      return ref;
    },
    readJson: async (ref) => JSON.parse(await readFile(pathOf(ref), 'utf8')) as unknown,
    fetchFile: async (ref) => pathOf(ref),
    exists: async (ref) => existsSync(pathOf(ref)),
    verify: async () => undefined,
  };
}
