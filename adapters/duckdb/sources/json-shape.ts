import { createReadStream } from 'node:fs';
import { BadInput } from '../../../contracts/failure.ts';

/** How the records of a JSON file are set: one array, a record a line, or one after the other in any layout. */
export type JsonShape = 'array' | 'newline_delimited' | 'unstructured';

/** Real records nest a few levels; DuckDB's reader calls itself for each and ends the process at some hundred thousand. */
const deepest = 64;
const longestRecord = 16 << 20;

const [quote, backslash, lf, openBrace, closeBrace, openBracket, closeBracket] = [0x22, 0x5c, 0x0a, 0x7b, 0x7d, 0x5b, 0x5d];

/**
 * Looks once through a JSON file before anything else reads it. Throws `BadInput` for records that nest deeper than 64 levels or are longer
 * than 16 MiB; whether the rest is JSON at all is left to the reader.
 */
export async function jsonShapeOf(path: string, uri: string): Promise<JsonShape> {
  let [depth, inText, escaped, row, start, offset] = [0, false, false, 0, 0, 0];
  let isArray: boolean | undefined;
  let spansLines = false;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (escaped) escaped = false;
      else if (inText) {
        if (byte === quote) inText = false;
        else if (byte === backslash) escaped = true;
      } else if (byte === quote) inText = true;
      else if (byte === openBrace || byte === openBracket) {
        isArray ??= byte === openBracket;
        if (depth === (isArray ? 1 : 0)) {
          row += 1;
          start = offset + at;
        }
        depth += 1;
        if (depth > deepest) throw new BadInput(`${uri} row ${row.toLocaleString('en-US')}: the record nests deeper than ${String(deepest)} levels; flatten it`);
      } else if (byte === closeBrace || byte === closeBracket) depth = Math.max(0, depth - 1);
      else if (byte === lf && depth > 0) spansLines = true;
    }
    offset += chunk.length;
    if (depth > (isArray === true ? 1 : 0) && offset - start > longestRecord) throw tooLong(uri, row);
    if (inText && offset - start > longestRecord) throw tooLong(uri, row);
  }
  if (isArray === true) return 'array';
  return spansLines ? 'unstructured' : 'newline_delimited';
}

function tooLong(uri: string, row: number): BadInput {
  return new BadInput(`${uri} row ${row.toLocaleString('en-US')}: the record is longer than ${String(longestRecord >> 20)} MiB; shorten it`);
}
