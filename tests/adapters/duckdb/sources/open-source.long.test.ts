import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { csvSchema } from '../../../../contracts/sources.schema.ts';
import { row, styles, workbook } from './workbook-file.ts';
import { useReader } from './opened.ts';

const reader = useReader();
const expected = [{ '#': 1, sku: 'A', units: '1.5' }, { '#': 2, sku: 'B', units: null }];

describe('every format gives the same rows, numbered from 1 in the order of the file', () => {
  test.each([
    ['a.csv', 'sku,units\nA,1.5\nB,\n'],
    ['crlf.csv', 'sku,units\r\nA,1.5\r\nB,\r\n'],
    ['mixed.csv', 'sku,units\r\nA,1.5\nB,\r'],
    ['bom.csv', '\uFEFFsku,units\nA,1.5\nB,\n'],
    ['a.tsv', 'sku\tunits\nA\t1.5\nB\t\n'],
    ['semicolon.txt', 'sku;units\nA;1.5\nB;\n'],
    ['a.csv.gz', gzipSync('sku,units\nA,1.5\nB,\n')],
    ['gzip-without-its-name', gzipSync('{"sku":"A","units":1.5}\n{"sku":"B"}\n')],
    ['a.jsonl', '{"sku":"A","units":1.5}\n\n{"sku":"B","units":null}\n'],
    ['bom.json', '\uFEFF{"sku":"A","units":"1.5"}\n{"sku":"B"}'],
    ['array.json', '[ {"sku":"A","units":1.50},\n{"sku":"B"} ]'],
    ['pretty.json', '{\n "sku": "A",\n "units": 1.5\n}\n{\n "sku": "B"\n}\n'],
    ['a.xlsx', workbook([{ name: 'Sales', rows: row(1, 'sku', 'units') + row(2, 'A', 1.5) + row(3, 'B') }])],
  ])('%s', async (name, content) => {
    expect(await reader().read(await reader().write(name, content))).toEqual(expected);
  });

  test('Parquet, with a column that has the name of the row count, too', async () => {
    const [plain, odd] = [join(reader().folder, 'a.parquet'), join(reader().folder, 'odd.parquet')];
    await reader().use(async (session) => {
      await session.run(`COPY (SELECT * FROM (VALUES ('A', 1.5), ('B', NULL)) t(sku, units)) TO '${plain}' (FORMAT parquet)`);
      await session.run(`COPY (SELECT 7 AS file_row_number, 'A' AS sku) TO '${odd}' (FORMAT parquet)`);
    });
    expect(await reader().read(plain)).toEqual([{ '#': 1, sku: 'A', units: 1.5 }, { '#': 2, sku: 'B', units: null }]);
    expect(await reader().read(odd)).toEqual([{ '#': 1, file_row_number: 7, sku: 'A' }]);
  });

  test('files of several buffers keep their order on two threads', async () => {
    const lines = Array.from({ length: 400_000 }, (_, i) => `${String(i + 1)},${'x'.repeat(90)}`);
    const csv = await reader().write('long.csv', `n,text\n${lines.join('\n')}\n`);
    const json = await reader().write('long.jsonl', lines.map((line) => `{"n":${line.split(',')[0] ?? ''},"text":"${'y'.repeat(90)}"}\n`).join(''));
    for (const path of [csv, json]) {
      const rows = await reader().read(path);
      expect(rows.length).toBe(400_000);
      expect(rows.filter((one) => String(one['#']) !== one['n'])).toEqual([]);
    }
  });
});

describe('CSV dialects', () => {
  test('encodings: GBK, GB18030, Latin-1 and UTF-16, compressed or not', async () => {
    const gbk = Buffer.concat([Buffer.from('sku,units\n'), Buffer.from([0xc2, 0xcc, 0xb2, 0xe8]), Buffer.from(',3\n')]);
    for (const encoding of ['gbk', 'gb18030']) {
      const csv = csvSchema.parse({ encoding });
      expect(await reader().read(await reader().write('gbk.csv', gbk), { csv })).toEqual([{ '#': 1, sku: '绿茶', units: '3' }]);
      expect(await reader().read(await reader().write('gbk.csv.gz', gzipSync(gbk)), { csv })).toEqual([{ '#': 1, sku: '绿茶', units: '3' }]);
    }
    const fourBytes = Buffer.concat([Buffer.from('sku,units\n'), Buffer.from([0x94, 0x39, 0xda, 0x33]), Buffer.from(',3\n')]);
    expect(await reader().read(await reader().write('emoji.csv', fourBytes), { csv: csvSchema.parse({ encoding: 'gb18030' }) })).toEqual([{ '#': 1, sku: '💩', units: '3' }]);
    expect(await reader().read(await reader().write('latin.csv', Buffer.from('sku,units\nÉté,3\n', 'latin1')), { csv: csvSchema.parse({ encoding: 'latin1' }) })).toEqual([{ '#': 1, sku: 'Été', units: '3' }]);
    expect(await reader().read(await reader().write('latin.csv', Buffer.from('sku,units\nÉté,3\n', 'latin1')), { csv: csvSchema.parse({ encoding: 'Latin-1' }) })).toEqual([{ '#': 1, sku: 'Été', units: '3' }]);
    const utf16 = await reader().write('utf16.csv', Buffer.from('\uFEFFsku,units\nÉté,3\n', 'utf16le'));
    expect(await reader().read(utf16, { csv: csvSchema.parse({ encoding: 'utf-16le' }) })).toEqual([{ '#': 1, sku: 'Été', units: '3' }]);
    expect(await reader().refusal(utf16, { csv: csvSchema.parse({}) })).toBe('file: the text is UTF-16, not UTF-8; set csv.encoding: utf-16le');
  });

  test('quotes: single ones, none, and what stands in them', async () => {
    const single = await reader().write('single.csv', "sku,note\n'A,1','it''s'\n");
    expect(await reader().read(single, { csv: csvSchema.parse({ quote: "'" }) })).toEqual([{ '#': 1, sku: 'A,1', note: "it's" }]);
    const none = await reader().write('none.csv', 'sku\tnote\nA\t5" pipe\n');
    expect(await reader().read(none, { csv: csvSchema.parse({ quote: '' }) })).toEqual([{ '#': 1, sku: 'A', note: '5" pipe' }]);
    const breaks = await reader().write('breaks.csv', '"s\nku",note\r\n"A\nB","C\r\nD"\nE,F\r\n');
    expect(await reader().read(breaks)).toEqual([{ '#': 1, 's\nku': 'A\nB', note: 'C\r\nD' }, { '#': 2, 's\nku': 'E', note: 'F' }]);
  });
});

describe('workbooks', () => {
  const cells = `${row(1, '', 'report of March')}${row(3, '', 'sku', 'day', 'units', 'note')}`
    + `<row r="4"><c r="B4" t="s"><v>0</v></c><c r="C4" s="${String(styles.date)}"><v>45352</v></c><c r="D4"><v>3</v></c><c r="E4" t="str"><f>A1&amp;"x"</f><v>x</v></c></row>`
    + `<row r="6"><c r="B6" t="s"><v>1</v></c><c r="C6" s="${String(styles.moment)}"><v>45353.75</v></c><c r="D6" s="${String(styles.elapsed)}"><v>4.5</v></c><c r="E6"><f>cmd|' /C calc'!A0</f></c></row>`;
  const sheets = [{ name: 'Notes', rows: row(1, 'a') }, { name: "'; DROP TABLE lines; --", rows: cells }];

  test('a sheet and a range by name, with dates as dates, shared texts, gaps, and formulas that are never computed', async () => {
    const path = await reader().write('report.xlsx', workbook(sheets, { texts: ['22423', '85123A & more'] }));
    const rows = await reader().read(path, { excel: { sheet: "'; DROP TABLE lines; --", range: 'B3:E900' } });
    expect(rows).toEqual([
      { '#': 1, sku: '22423', day: '2024-03-01', units: '3', note: 'x' },
      { '#': 3, sku: '85123A & more', day: '2024-03-02 18:00:00', units: '4.5', note: "=cmd|' /C calc'!A0" },
    ]);
  });
  test('dates counted from 1904', async () => {
    const rows = `${row(1, 'day')}<row r="2"><c r="A2" s="1"><v>0</v></c></row>`;
    expect(await reader().read(await reader().write('mac.xlsx', workbook([{ name: 'S', rows }], { from1904: true })))).toEqual([{ '#': 1, day: '1904-01-01' }]);
  });
  test('a wrong sheet, a wrong range, a value without a column, other archives', async () => {
    const path = await reader().write('report.xlsx', workbook(sheets, { texts: ['a', 'b'] }));
    expect(await reader().refusal(path, { excel: { sheet: 'Note' } })).toContain('there is no sheet "Note"; did you mean "Notes"?');
    expect(await reader().refusal(path, { excel: { range: '1:2' } })).toContain('excel.range "1:2" is no range of cells');
    expect(await reader().refusal(await reader().write('wide.xlsx', workbook([{ name: 'S', rows: row(1, 'a') + row(2, 'b', 'c') }])))).toContain('row 1: cell B2 has a value, but row 1 no name for its column');
    expect(await reader().refusal(await reader().write('other.zip', Buffer.from(workbook([])).fill('y', 30, 45)))).toMatch(/zip archive, not an Excel workbook|damaged/);
  });
});

describe('what a name or place says', () => {
  test('constants of partition folders become columns, those that the file has stay', async () => {
    const path = await reader().write('part.csv', 'sku,region\nA,north\n');
    expect(await reader().read(path, { partition: { region: 'south', "'; DROP TABLE": "it's" } })).toEqual([{ '#': 1, sku: 'A', region: 'north', "'; DROP TABLE": "it's" }]);
  });
  test('names that DuckDB would take for patterns, and folders that it would take for partitions', async () => {
    await mkdir(join(reader().folder, 'year=2024'), { recursive: true });
    for (const name of ['sales[1].csv', 'sales?.csv', '*.csv', "'; DROP TABLE lines; --.csv", 'year=2024/x.csv', '{a,b}.csv']) {
      expect(await reader().read(await reader().write(name, `sku,units\n${name.length},1\n`))).toEqual([{ '#': 1, sku: String(name.length), units: '1' }]);
    }
  });
  test('a declared format that the content contradicts', async () => {
    const path = await reader().write('plain.csv', 'sku\nA\n');
    expect(await reader().refusal(path, { format: 'parquet' })).toBe('file: the format is declared as Parquet, but the content is CSV; correct or omit format');
    expect(await reader().refusal(await reader().write('old.xls', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1]))) ).toContain('old Excel workbook (.xls)');
  });
});
