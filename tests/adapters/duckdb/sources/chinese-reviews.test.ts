import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { csvSchema } from '../../../../contracts/sources.schema.ts';
import { query } from '../scratch.ts';
import { useReader } from './opened.ts';

const folder = process.env['FORECASTLE_DATA'] ?? '';
const file = join(folder, 'ChineseReviews', 'online_shopping_10_cats.parquet');
const isThere = folder !== '' && existsSync(file);
const reader = useReader();
const bytesOf = new Map<string, readonly number[]>();

/** Text in a Chinese encoding, by asking the decoder about every pair of bytes: Node can read it, but not write it. */
function inGbk(text: string): Buffer {
  if (bytesOf.size === 0) {
    const decoder = new TextDecoder('gbk');
    for (let first = 0x81; first <= 0xfe; first++) {
      for (let second = 0x40; second <= 0xfe; second++) {
        const character = decoder.decode(Uint8Array.of(first, second));
        if (character.length === 1 && character !== '\uFFFD' && !bytesOf.has(character)) bytesOf.set(character, [first, second]);
      }
    }
  }
  return Buffer.from([...text].flatMap((character) => (character.charCodeAt(0) < 0x80 ? [character.charCodeAt(0)] : [...(bytesOf.get(character) ?? [0x3f])])));
}

describe.skipIf(!isThere)(`Chinese reviews, written in GBK and read again${isThere ? '' : ' (skipped: FORECASTLE_DATA names no folder with ChineseReviews)'}`, () => {
  test('every review comes back as it was', async () => {
    const rows = await query(`SELECT cat, review FROM '${file}' WHERE review IS NOT NULL AND trim(review) <> '' LIMIT 20000`);
    const quotedText = (value: unknown): string => `"${String(value).replaceAll('"', '""')}"`;
    const csv = Buffer.concat([inGbk('类别,评论\n'), ...rows.map((row) => inGbk(`${quotedText(row['cat'])},${quotedText(row['review'])}\n`))]);
    // What GBK has no bytes for was written as a question mark.
    const expected = new TextDecoder('gbk').decode(Buffer.concat(rows.map((row) => inGbk(`${String(row['review'])}\n`))));
    const read = await reader().read(await reader().write('reviews.csv', csv), { csv: csvSchema.parse({ encoding: 'gbk' }) });
    expect(read.length).toBe(20_000);
    expect(read.map((row) => `${String(row['评论'])}\n`).join('')).toBe(expected);
  });
});
