import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

const [lf, cr] = [10, 13];
const read = (path: string): AsyncIterable<Buffer> => createReadStream(path, { highWaterMark: 1 << 20 });

/**
 * Whether a text has line ends of more than one kind (LF, CR LF, CR). DuckDB takes one kind only. Line ends within quotes are counted as
 * well: at worst a file is copied in vain.
 */
export async function hasMixedLineEnds(path: string): Promise<boolean> {
  let [lone, pairs, lfs, endsInCr] = [0, 0, 0, false];
  for await (const chunk of read(path)) {
    if (endsInCr) {
      if (chunk[0] === lf) pairs += 1;
      else lone += 1;
    }
    endsInCr = false;
    for (let at = chunk.indexOf(cr); at >= 0; at = chunk.indexOf(cr, at + 1)) {
      if (at + 1 === chunk.length) endsInCr = true;
      else if (chunk[at + 1] === lf) pairs += 1;
      else lone += 1;
    }
    // Most files have no CR at all: their lines need no counting.
    if (pairs > 0 || lone > 0 || endsInCr || lfs === 0) for (let at = chunk.indexOf(lf); at >= 0; at = chunk.indexOf(lf, at + 1)) lfs += 1;
    const loneLfs = lfs - pairs;
    if ((lone > 0 && lfs > 0) || (pairs > 0 && loneLfs > 0)) return true;
  }
  if (endsInCr) lone += 1;
  return lone > 0 && lfs > 0;
}

/** Writes the text with LF at the end of every line; within quotes it stays as it is. `quote` is a character of one byte, if any. */
export async function withOneLineEnd(path: string, out: string, quote: string): Promise<void> {
  const mark = quote === '' ? -1 : quote.charCodeAt(0);
  let [inQuotes, afterCr] = [false, false];
  await pipeline(
    read(path),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        const text = Buffer.allocUnsafe(chunk.length);
        let length = 0;
        for (const byte of chunk) {
          const isSecond = afterCr && byte === lf;
          afterCr = false;
          if (isSecond) continue;
          if (byte === mark) inQuotes = !inQuotes;
          if (byte === cr && !inQuotes) {
            afterCr = true;
            text[length++] = lf;
          } else text[length++] = byte;
        }
        yield text.subarray(0, length);
      }
    },
    createWriteStream(out),
  );
}
