import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { BadInput } from '../../../contracts/failure.ts';

const examples = 'utf-8, latin1, windows-1252, gbk, gb18030, big5, shift_jis, utf-16le';

/** Whether DuckDB reads this encoding by itself. */
export function isUtf8(encoding: string): boolean {
  return /^utf-?8$/i.test(encoding);
}

/**
 * Rewrites a text file as UTF-8 and returns the new path. Any encoding of the WHATWG standard will do; `BadInput` names some of them when
 * the label is unknown, and names the encoding when the bytes do not fit it.
 */
export async function transcodeToUtf8(input: { readonly path: string; readonly uri: string; readonly encoding: string; readonly folder: string; readonly name: string }): Promise<string> {
  const { path, uri, encoding, folder, name } = input;
  const decoder = decoderOf(encoding, uri);
  if (path.endsWith('.gz')) throw new BadInput(`${uri}: a compressed file must be UTF-8; unpack it, or convert it`);
  await mkdir(folder, { recursive: true });
  const out = join(folder, `${name}.utf8.csv`);
  await pipeline(
    createReadStream(path, { highWaterMark: 1 << 20 }),
    async function* (chunks: AsyncIterable<Buffer>) {
      try {
        for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
        yield decoder.decode();
      } catch (error) {
        throw error instanceof TypeError
          ? new BadInput(`${uri}: the text is not ${encoding}; set csv.encoding to the right one (${examples} …)`, { cause: error })
          : error;
      }
    },
    createWriteStream(out),
  );
  return out;
}

function decoderOf(encoding: string, uri: string): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch (error) {
    throw new BadInput(`${uri}: unknown csv.encoding "${encoding}"; use one of ${examples} or another name of the WHATWG encoding standard`, { cause: error });
  }
}
