import { createHash, randomUUID } from 'node:crypto';
import { chmod, mkdir, open, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { addAbortSignal } from 'node:stream';
import type { Readable } from 'node:stream';

import type { ArtifactRef } from '../contracts/artifacts.ts';
import { expectContent } from './artifact-store.ts';

export interface LocalCopies {
  /** The file with the artifact's bytes; `source` is asked when there is none yet. @throws ArtifactCorrupt */
  fetch(ref: ArtifactRef, source: () => Promise<Readable>, signal?: AbortSignal): Promise<string>;
}

/** How much stays on disk. */
export interface Bounds {
  /** The copies unused for longest go first. */
  readonly maxBytes: number;
  readonly unusedForMs: number;
}

const hourMs = 60 * 60 * 1000;
const usual: Bounds = { maxBytes: 20 * 2 ** 30, unusedForMs: 7 * 24 * hourMs };
/** Longer than any pause within a download, and than the time from asking for a copy to opening it. */
const restMs = hourMs;
const partial = '.part';

/** Verified copies of artifacts in a folder that several processes may share, and that is safe to empty at any time. */
export function createLocalCopies(folder: string, bounds: Bounds = usual): LocalCopies {
  let swept: Promise<void> | undefined;
  let sweptAt = 0;

  /** Now and then, so that a process that runs for months keeps within bounds too. */
  function sweepAtTimes(): Promise<void> {
    if (swept === undefined || Date.now() - sweptAt > hourMs) {
      sweptAt = Date.now();
      swept = sweep(folder, bounds);
    }
    return swept;
  }
  return {
    async fetch(ref, source, signal) {
      const file = join(folder, `${ref.sha256}${extname(ref.uri)}`);
      // A file has its final name only once it was verified.
      if ((await stat(file).catch(() => undefined))?.size === ref.bytes && (await isTouched(file))) return file;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await sweepAtTimes();
      const unfinished = `${file}.${randomUUID()}${partial}`;
      try {
        expectContent(ref, await write(unfinished, source, signal));
        await chmod(unfinished, 0o400);
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

/** Notes that the copy is in use. @returns false when another process has removed it just now */
async function isTouched(file: string): Promise<boolean> {
  const now = new Date();
  try {
    await utimes(file, now, now);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return false;
    // Another user's copy can be read but not marked; it is fetched again once it is gone.
    if (code === 'EPERM' || code === 'EACCES') return true;
    throw error;
  }
}

/** Removes what killed processes left behind, and the copies that are over the bounds. */
async function sweep(folder: string, { maxBytes, unusedForMs }: Bounds): Promise<void> {
  const files: { file: string; bytes: number; unusedMs: number }[] = [];
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    const found = await stat(file).catch(() => undefined); // another process may have removed or renamed it just now
    if (found !== undefined) files.push({ file, bytes: found.size, unusedMs: Date.now() - found.mtimeMs });
  }
  let kept = 0;
  for (const { file, bytes, unusedMs } of files.sort((a, b) => a.unusedMs - b.unusedMs)) {
    kept += bytes;
    const isOver = file.endsWith(partial) || kept > maxBytes || unusedMs > unusedForMs;
    if (isOver && unusedMs > restMs) await rm(file, { force: true });
  }
}
