import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { useReader } from './opened.ts';
import { row, workbook } from './workbook-file.ts';

const reader = useReader();

/** Bytes replaced, cut out or put in, at places given as shares of the length. */
const changes = fc.array(
  fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), drop: fc.nat({ max: 12 }), put: fc.uint8Array({ maxLength: 8 }) }),
  { minLength: 1, maxLength: 6 },
);
type Changes = readonly { readonly at: number; readonly drop: number; readonly put: Uint8Array }[];

function changed(bytes: Uint8Array, all: Changes): Buffer {
  return all.reduce<Buffer>((now, { at, drop, put }) => {
    const from = Math.floor(at * now.length);
    return Buffer.concat([now.subarray(0, from), put, now.subarray(from + drop)]);
  }, Buffer.from(bytes));
}

/** Rows, or a refusal in one line: never another error. A crash or a hang ends the test by itself. */
async function readsOrRefuses(name: string, bytes: Uint8Array): Promise<void> {
  const path = await reader().write(name, bytes);
  const failure = await reader().read(path).then(() => undefined, (error: unknown) => error);
  if (failure !== undefined) {
    expect(failure).toMatchObject({ code: 'BadInput' });
    expect(failure instanceof Error ? failure.message : '\n').not.toContain('\n');
  }
}

const table = Array.from({ length: 60 }, (_, i) => ({ sku: `SKU ${String(i % 5)}`, day: `2024-01-${String(1 + (i % 28)).padStart(2, '0')}`, units: i * 1.5, note: i % 3 === 0 ? null : `"text", ${String(i)}` }));
const csv = ['sku,day,units,note', ...table.map(({ sku, day, units, note }) => `${sku},${day},${String(units)},${note === null ? '' : `"${note.replaceAll('"', '""')}"`}`)].join('\r\n');
const sheet = row(1, 'sku', 'day', 'units') + table.map(({ sku, day, units }, i) => row(i + 2, sku, day, units)).join('');

async function parquet(options: string): Promise<Buffer> {
  const path = join(reader().folder, 'valid.parquet');
  await reader().use((session) => session.run(`COPY (SELECT 'SKU ' || (i % 5) AS sku, DATE '2024-01-01' + CAST(i AS INTEGER) AS day, i * 1.5 AS units, [i, i] AS pair FROM range(300) t(i)) TO '${path}' (FORMAT parquet, ${options})`));
  return readFile(path);
}

describe('whatever the bytes, a reader gives rows or refuses in one line', () => {
  const valid: readonly (readonly [string, number, () => Uint8Array | Promise<Uint8Array>])[] = [
    ['csv', 150, () => Buffer.from(csv)],
    ['csv.gz', 100, () => gzipSync(csv)],
    ['jsonl', 150, () => Buffer.from(table.map((one) => JSON.stringify(one)).join('\n'))],
    ['array.json', 100, () => Buffer.from(JSON.stringify(table))],
    ['parquet', 250, () => parquet('COMPRESSION zstd')],
    ['v2.parquet', 250, () => parquet('COMPRESSION snappy, PARQUET_VERSION v2')],
    ['xlsx', 150, () => workbook([{ name: 'Sales', rows: sheet }], { texts: ['a'] })],
  ];
  test.each(valid)('a damaged %s', async (name, numRuns, make) => {
    const bytes = await make();
    await readsOrRefuses(name, bytes);
    await fc.assert(fc.asyncProperty(changes, (all) => readsOrRefuses(name, changed(bytes, all))), { numRuns });
  });

  test('a workbook whose sheet is damaged, in a sound archive', async () => {
    const bytes = Buffer.from(sheet);
    await fc.assert(fc.asyncProperty(changes, (all) => readsOrRefuses('sheet.xlsx', workbook([{ name: 'S', rows: changed(bytes, all).toString('latin1') }]))), { numRuns: 100 });
  });

  test.each([['', ''], ['PAR1', 'PAR1'], ['PK\x03\x04', ''], ['\x1f\x8b\x08\x00', ''], ['{"', '"}'], ['[{', '}]']])('random bytes between %j and %j', async (start, end) => {
    const around = (inside: Uint8Array): Buffer => Buffer.concat([Buffer.from(start, 'latin1'), inside, Buffer.from(end, 'latin1')]);
    await fc.assert(fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), (inside) => readsOrRefuses('random', around(inside))), { numRuns: 60 });
  });
});
