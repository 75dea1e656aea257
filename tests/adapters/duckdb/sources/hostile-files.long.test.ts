import { createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { once } from 'node:events';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { csvSchema } from '../../../../contracts/sources.schema.ts';
import { parquetClaiming } from './parquet-file.ts';
import { row, workbook } from './workbook-file.ts';
import { useReader } from './opened.ts';

const reader = useReader(128);

/** A file of `bytes` bytes that takes no room on the disk: zeros with a start and an end. */
async function sparse(name: string, start: string, bytes: number, end = ''): Promise<string> {
  const path = join(reader().folder, name);
  const file = await open(path, 'w');
  await file.write(start, 0);
  await file.write(end === '' ? '\n' : end, bytes - Math.max(1, end.length));
  await file.close();
  return path;
}

/** What the work adds to the memory of the process at its highest, in MiB. */
async function memoryOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage.rss();
  let highest = before;
  const watch = setInterval(() => { highest = Math.max(highest, process.memoryUsage.rss()); }, 20);
  try {
    await work();
  } finally {
    clearInterval(watch);
  }
  return (Math.max(highest, process.memoryUsage.rss()) - before) / 2 ** 20;
}

describe('one gigabyte in a single line', () => {
  test('is refused without being read into memory, as a header, as a row and as JSON', async () => {
    const gigabyte = 2 ** 30;
    const header = await sparse('header.csv', 'sku,day', gigabyte);
    const line = await sparse('line.csv', 'sku,day\nA,"', gigabyte);
    const json = await sparse('line.jsonl', '{"sku":"A"}\n{"sku":"', gigabyte, '"}');
    const used = await memoryOf(async () => {
      expect(await reader().refusal(header)).toBe('file: the first line is longer than 1 MiB, so it can\'t be a header; is this CSV, and is csv.quote right?');
      expect(await reader().refusal(line)).toMatch(/^file( line 2)?: (the line is longer than 2,000,000 bytes|a quote does not end)/);
      expect(await reader().refusal(json)).toBe('file row 2: the record is longer than 16 MiB; shorten it');
    });
    expect(used).toBeLessThan(400);
  });
});

test('ten thousand columns are read', async () => {
  const names = Array.from({ length: 10_000 }, (_, i) => `column_${String(i)}`);
  const path = await reader().write('wide.csv', `${names.join(',')}\n${names.map((_, i) => i).join(',')}\n`);
  // A batch of 2,048 rows of all columns would be 320 MiB; whoever reads a source names the few that count.
  expect(await reader().read(path, {}, ['column_0', 'column_9999'])).toEqual([{ '#': 1, column_0: '0', column_9999: '9999' }]);
  expect(await reader().refusal(path)).toMatch(/^file: reading it takes more memory than the workers may use; raise FORECASTLE_DUCKDB_MEMORY_MIB/);
});

describe('bombs', () => {
  const mib = 2 ** 20;
  test('a gzip file that expands a thousandfold', async () => {
    const member = gzipSync(Buffer.from('A,2024-01-01,1\n'.repeat(mib)), { level: 9 });
    const path = join(reader().folder, 'bomb.csv.gz');
    const file = createWriteStream(path);
    file.write(gzipSync('sku,day,units\n'));
    for (let i = 0; i < 18; i++) file.write(member);
    file.end();
    await once(file, 'close');
    expect((await stat(path)).size).toBeLessThan(mib);
    const used = await memoryOf(async () => expect(await reader().refusal(path)).toMatch(/^file: the gzip file of [\d,]+ bytes expands to more than 256 MiB, as no real table does/));
    expect(used).toBeLessThan(200);
  });

  test('a workbook whose sheet expands a thousandfold, and one whose directory lies about it', async () => {
    const huge = Buffer.alloc(300 * mib, 0x20);
    const packed = deflateRawSync(huge, { level: 9 });
    const honest = storedSheet(packed, huge.length, crc32(huge));
    expect(await reader().refusal(await reader().write('bomb.xlsx', honest))).toMatch(/expands to more than 256 MiB, as no real table does/);
    const lying = storedSheet(packed, 1000, crc32(huge));
    const used = await memoryOf(async () => expect(await reader().refusal(await reader().write('liar.xlsx', lying))).toContain('the workbook is damaged (xl/worksheets/sheet1.xml is longer than its directory says)'));
    expect(used).toBeLessThan(100);
  });

  test('a workbook that declares entities', async () => {
    const bomb = workbook([{ name: 'S', rows: row(1, 'a') }], { more: { 'xl/sharedStrings.xml': Buffer.from('<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><sst><si><t>&b;</t></si></sst>') } });
    expect(await reader().refusal(await reader().write('entities.xlsx', bomb))).toContain('it declares a document type');
  });

  test('a Parquet file that claims more rows, bytes or levels than its size can hold', async () => {
    const attempts = [
      [parquetClaiming({ rows: 10_000_000_000 }), /^file: the Parquet file claims 10,000,000,000 rows in \d+ bytes, as no real table does/],
      [parquetClaiming({ expanded: 2 ** 45 }), /^file: the Parquet file claims to expand to [\d,]+ MiB in \d+ bytes/],
      [parquetClaiming({ depth: 100_000 }), /^file: the Parquet file is damaged/],
      [parquetClaiming({ elements: 2_000_000_000 }), /^file: the Parquet file is damaged/],
    ] as const;
    for (const [bytes, message] of attempts) expect(await reader().refusal(await reader().write('bomb.parquet', bytes))).toMatch(message);
  });

  test('JSON that nests a million levels, and a record with a million keys', async () => {
    const deep = `{"a":${'['.repeat(1e6)}${']'.repeat(1e6)}}`;
    expect(await reader().refusal(await reader().write('deep.jsonl', deep))).toBe('file row 1: the record nests deeper than 64 levels; flatten it');
    const keys = Array.from({ length: 30_000 }, (_, i) => `"k${String(i)}":1`);
    expect(await reader().refusal(await reader().write('keys.jsonl', `{${keys.join(',')}}`))).toContain('the records have more than 20,000 different keys');
  });
});

describe('strange text', () => {
  test('NUL bytes stay in the cell, and a header with them is refused', async () => {
    expect(await reader().read(await reader().write('nul.csv', 'sku,units\nA\0B,1\n'))).toEqual([{ '#': 1, sku: 'A\0B', units: '1' }]);
    expect(await reader().refusal(await reader().write('nul2.csv', 's\0ku,units\nA,1\n'))).toContain('its first line holds control characters');
  });
  test('emoji, SQL and formulas are names and values like any other', async () => {
    const name = "'; DROP TABLE lines; --";
    const path = await reader().write('sql.csv', `😀,"${name}",=1+1\n👩‍👩‍👧,${name},=cmd|' /C calc'!A0\n`);
    expect(await reader().read(path)).toEqual([{ '#': 1, '😀': '👩‍👩‍👧', [name]: name, '=1+1': "=cmd|' /C calc'!A0" }]);
    const json = await reader().write('sql.jsonl', JSON.stringify({ '😀': '👩‍👩‍👧', [name]: name }));
    expect(await reader().read(json)).toEqual([{ '#': 1, '😀': '👩‍👩‍👧', [name]: name }]);
  });
  test('one name twice is refused in every format', async () => {
    expect(await reader().refusal(await reader().write('twice.csv', 'a,b,a\n1,2,3\n'))).toContain('the header has two columns "a"');
    expect(await reader().refusal(await reader().write('twice.jsonl', '{"a":1,"A":2}\n'))).toContain('columns "a" and "A" that differ in case only');
    expect(await reader().refusal(await reader().write('key.jsonl', '{"a":1,"a":2}\n'))).toMatch(/two columns "a"|one key twice/);
    expect(await reader().refusal(await reader().write('twice.xlsx', workbook([{ name: 'S', rows: row(1, 'a', 'a') + row(2, 'x', 'y') }])))).toContain('two columns "a"');
  });
  test('a message is about the line, whatever the line says', async () => {
    expect(await reader().refusal(await reader().write('spoof.csv', 'a,b\nutf-8 parquet JSON,1,surplus\n'))).toBe('file line 2: 3 fields where the header has 2; mend the line, or set csv.delimiter');
    expect(await reader().refusal(await reader().write('open.csv', 'a,b\n"never,ends\n'))).toContain('line 2: a quote does not end');
    expect(await reader().refusal(await reader().write('cut.jsonl', '{"a":1}\n{"a":'))).toMatch(/^file line \d+: this is not JSON with one record after the other/);
    expect(await reader().refusal(await reader().write('bytes.csv', Buffer.from('a,b\n\xe9,1\n', 'latin1')))).toContain('the text is not UTF-8; set csv.encoding');
    expect(await reader().refusal(await reader().write('bad.csv.gz', gzipSync('a,b\n1,2\n').subarray(0, 20)))).toContain("gzip can't unpack it");
    expect(await reader().refusal(await reader().write('gbk.csv', Buffer.from([0x61, 0x0a, 0x81, 0x20])), { csv: csvSchema.parse({ encoding: 'gbk' }) })).toContain('the text is not gbk');
  });
});

/** A workbook that begins as any other, its sheet replaced by the given compressed bytes and what the directory says of them. */
function storedSheet(packed: Buffer, size: number, checksum: number): Buffer {
  const entries = [
    { name: 'xl/workbook.xml', content: Buffer.from('<workbook><sheets><sheet name="S" r:id="a"/></sheets></workbook>') },
    { name: 'xl/_rels/workbook.xml.rels', content: Buffer.from('<Relationships><Relationship Id="a" Type="x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>') },
  ].map(({ name, content }) => ({ name, data: deflateRawSync(content), size: content.length, checksum: crc32(content) }));
  const all = [...entries, { name: 'xl/worksheets/sheet1.xml', data: packed, size, checksum }];
  const [local, central]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const entry of all) {
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(8, 4);
    facts.writeUInt32LE(entry.checksum, 10);
    facts.writeUInt32LE(entry.data.length, 14);
    facts.writeUInt32LE(entry.size, 18);
    facts.writeUInt16LE(entry.name.length, 22);
    local.push(Buffer.from('PK\x03\x04', 'latin1'), facts, Buffer.from(entry.name), entry.data);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    central.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), facts, place, Buffer.from(entry.name));
    offset += 30 + entry.name.length + entry.data.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(all.length, 8);
  end.writeUInt16LE(all.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, directory, end]);
}
