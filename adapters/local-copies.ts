import { createHash, randomUUID } from 'node:crypto';
import { chmod, mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { addAbortSignal } from 'node:stream';
import type { Readable } from 'node:stream';

import type { ArtifactRef } from '../contracts/artifacts.ts';
import { expectContent } from './artifact-store.ts';

export interface LocalCopies {
  /** The file with the artifact's bytes; `source` is asked when there is none yet. @throws ArtifactCorrupt */
  fetch(ref: ArtifactRef, source: () => Promise<Readable>, signal?: AbortSignal): Promise<string>;
}

/** Longer than any pause within a download. */
const abandonedAfterMs = 60 * 60 * 1000;
const partial = '.part';

/** Verified copies of artifacts in a folder that several processes may share, and that is safe to empty at any time. */
export function createLocalCopies(folder: string): LocalCopies {
  let swept: Promise<void> | undefined;
  return {
    async fetch(ref, source, signal) {
      const file = join(folder, `${ref.sha256}${extname(ref.uri)}`);
      // A file has its final name only once it was verified.
      if ((await stat(file).catch(() => undefined))?.size === ref.bytes) return file;
      await mkdir(folder, { recursive: true });
      await (swept ??= sweep(folder));
      const unfinished = `${file}.${randomUUID()}${partial}`;
      try {
        expectContent(ref, await write(unfinished, source, signal));
        await chmod(unfinished, 0o444);
        await rename(unfinished, file);
      } finally {
        await rm(unfinished, { force: true });
      }
      return file;
    },
  };
}

/** The digest of what is then in the file; flushed, so that not even a power cut leaves the final name on half of it. */
async function write(file: string, source: () => Promise<Readable>, signal?: AbortSignal): Promise<{ sha256: string }> {
  const hash = createHash('sha256');
  async function* hashed(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      yield chunk;
    }
  }
  const handle = await open(file, 'wx');
  try {
    const body = await source();
    await writeFile(handle, hashed(signal === undefined ? body : addAbortSignal(signal, body)));
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { sha256: hash.digest('hex') };
}

/** Removes what killed processes left behind. */
async function sweep(folder: string): Promise<void> {
  for (const name of (await readdir(folder)).filter((entry) => entry.endsWith(partial))) {
    const file = join(folder, name);
    const found = await stat(file).catch(() => undefined); // its own process may have finished with it just now
    if (found !== undefined && Date.now() - found.mtimeMs > abandonedAfterMs) await rm(file, { force: true });
  }
}
