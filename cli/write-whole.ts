import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline as pipe } from 'node:stream/promises';

import { BadInput } from '../contracts/failure.ts';

/**
 * Writes a file under another name until it is complete: nobody reads half a file.
 * @param option what named the file, for messages: `--out`
 * @returns its bytes
 */
export async function writeWhole(option: string, file: string, body: AsyncIterable<Uint8Array> | Iterable<string>): Promise<number> {
  const part = `${file}.part`;
  try {
    await pipe(Readable.from(body), createWriteStream(part));
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT') throw new BadInput(`${option} ${file}: its folder does not exist`, { cause: error });
    if (code === 'EACCES' || code === 'EISDIR' || code === 'ENOSPC')
      throw new BadInput(`${option} ${file} can't be written (${code})`, { cause: error });
    throw error;
  }
  return (await stat(file)).size;
}
