import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { BadInput } from '../../../contracts/failure.ts';
import { expandsTooFar, mostExpanded } from './expansion.ts';

const examples = 'utf-8, latin1, windows-1252, gbk, gb18030, big5, shift_jis, utf-16le';

/** Whether DuckDB reads this encoding by itself. */
export function isUtf8(encoding: string): boolean {
  return /^utf-?8$/i.test(encoding);
}

export interface TextCopy {
  readonly path: string;
  readonly uri: string;
  readonly encoding: string;
  readonly isCompressed: boolean;
  readonly compressedBytes: number;
  readonly folder: string;
  readonly name: string;
}

/**
 * Rewrites a text file, compressed by gzip or not, as plain UTF-8 and returns the new path. Any encoding of the WHATWG standard will do;
 * `BadInput` names some of them when the label is unknown, names the encoding when the bytes do not fit it, and refuses what expands
 * without end.
 */
export async function plainUtf8({ path, uri, encoding, isCompressed, compressedBytes, folder, name }: TextCopy): Promise<string> {
  const decoder = isUtf8(encoding) ? undefined : decoderOf(encoding, uri);
  await mkdir(folder, { recursive: true });
  const out = join(folder, `${name}.utf8`);
  const source = createReadStream(path, { highWaterMark: 1 << 20 });
  const decode = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer | string> {
    try {
      for await (const chunk of chunks) yield decoder === undefined ? chunk : decoder.decode(chunk, { stream: true });
      if (decoder !== undefined) yield decoder.decode();
    } catch (error) {
      throw error instanceof TypeError
        ? new BadInput(`${uri}: the text is not ${encoding}; set csv.encoding to the right one (${examples} …)`, { cause: error })
        : error;
    }
  };
  const target = createWriteStream(out);
  try {
    if (isCompressed) {
      await pipeline(source, createGunzip({ chunkSize: 1 << 18 }), (chunks: AsyncIterable<Buffer>) => within(chunks, uri, compressedBytes), decode, target);
    } else {
      await pipeline(source, decode, target);
    }
  } catch (error) {
    const isGzipFault = error instanceof Error && 'code' in error && /^Z_/.test(String(error.code));
    throw isGzipFault ? new BadInput(`${uri}: the file is damaged: gzip can't unpack it (${error.message}); export it again`, { cause: error }) : error;
  }
  return out;
}

async function* within(chunks: AsyncIterable<Buffer>, uri: string, compressedBytes: number): AsyncGenerator<Buffer> {
  let seen = 0;
  for await (const chunk of chunks) {
    seen += chunk.length;
    if (seen > mostExpanded(compressedBytes)) throw expandsTooFar(uri, 'the gzip file', compressedBytes);
    yield chunk;
  }
}

function decoderOf(encoding: string, uri: string): TextDecoder {
  try {
    // Python's and many tools' way to write it, which the standard does not know.
    return new TextDecoder(/^latin[-_ ]1$/i.test(encoding) ? 'latin1' : encoding, { fatal: true });
  } catch (error) {
    throw new BadInput(`${uri}: unknown csv.encoding "${encoding}"; use one of ${examples} or another name of the WHATWG encoding standard`, { cause: error });
  }
}
