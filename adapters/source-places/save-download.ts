import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BadInput } from '../../contracts/failure.ts';
import { largerThan, SourceProblem } from '../source-problem.ts';

export interface Downloaded {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

export interface DownloadInto {
  readonly folder: string;
  /** Name at the source: its end tells the format where the content does not. */
  readonly name: string;
  readonly uri: string;
  readonly maxBytes: number;
}

/** Where a download goes, and what it may be at most where that is less than the place's own limit. */
export interface DownloadTo {
  readonly folder: string;
  readonly signal: AbortSignal | undefined;
  readonly maxBytes?: number;
}

/** Takes bytes as they come; says how many it has. */
export interface Sink {
  readonly bytes: () => number;
  write(chunk: Uint8Array): Promise<void>;
}

/** Writes a download to a file that has its name only when it is whole, and hashes it on the way. Throws `BadInput` beyond the limit. */
export async function saveDownload({ folder, name, uri, maxBytes }: DownloadInto, fill: (sink: Sink) => Promise<void>): Promise<Downloaded> {
  await mkdir(folder, { recursive: true });
  const plain = basename(name).replace(/[^A-Za-z0-9._-]/g, '_').slice(-80);
  const path = join(folder, `${randomUUID()}-${plain}`);
  const part = `${path}.part`;
  const hash = createHash('sha256');
  let bytes = 0;
  let file: FileHandle | undefined = await open(part, 'wx');
  try {
    const target = file;
    await fill({
      bytes: () => bytes,
      async write(chunk) {
        bytes += chunk.length;
        if (bytes > maxBytes) throw tooLarge(uri, maxBytes);
        hash.update(chunk);
        await target.writeFile(chunk);
      },
    });
    if (bytes === 0) throw new BadInput(`${uri}: the file is empty; export it again`, { cause: new SourceProblem('the file is empty') });
    await file.sync();
    await file.close();
    file = undefined;
    await rename(part, path);
    return { path, sha256: hash.digest('hex'), bytes };
  } finally {
    await file?.close();
    await rm(part, { force: true });
  }
}

export function tooLarge(uri: string, maxBytes: number): BadInput {
  return new BadInput(`${uri}: the file is larger than ${Math.round(maxBytes / 2 ** 20).toLocaleString('en-US')} MiB; split it, or raise FORECASTLE_SOURCE_MAX_MIB`, { cause: largerThan(maxBytes) });
}
