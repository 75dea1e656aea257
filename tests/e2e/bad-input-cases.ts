// What people get wrong in a data file or a pipeline file, and what they are told.

const header = 'sku,day,units,price';
export const dayOf = (i: number): string => new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10);

/** 120 days of two products; rows (counted from 1) can be replaced. */
export function csv(replaced: Readonly<Record<number, string>> = {}): string {
  const rows = Array.from({ length: 120 }, (_, i) =>
    ['A', 'B'].map((sku) => `${sku},${dayOf(i)},${((i * 7) % 5) + 1},2.5`),
  ).flat();
  return `${[header, ...rows.map((row, i) => replaced[i + 1] ?? row)].join('\n')}\n`;
}

export const pipeline = `name: shop
task: forecast
sources:
  sales:
    uri: ./sales.csv
    columns: { series: sku, time: day, target: units, price: price }
frequency: week
horizon: 2
models: [seasonal-naive]
evaluate: { folds: 2 }
cleaning: { minHistory: 2 }
`;
export const withProducts = pipeline.replace(
  'frequency:',
  '  products: { uri: ./products.csv, key: sku, text: [name] }\nfrequency:',
);

export interface Attempt {
  /** The file's text or bytes; `folder` makes a folder of its name; absent, it is not there. */
  readonly sales?: string | Uint8Array | 'folder';
  readonly products?: string;
  readonly yaml?: string;
  readonly options?: readonly string[];
}

const damaged = Buffer.concat([
  Buffer.from('PAR1'),
  Buffer.alloc(200, 7),
  Buffer.from([200, 0, 0, 0]),
  Buffer.from('PAR1'),
]);
const oncePerSeries = [header, ...Array.from({ length: 120 }, (_, i) => `order-${i},${dayOf(i)},3,2.5`)].join('\n');

export const files: readonly (readonly [string, Attempt, string])[] = [
  ['a file that is not there', {}, "sales.csv; correct the path (relative paths start at the pipeline file's folder)"],
  ['a folder without a file', { sales: 'folder' }, 'no file with data lies in the folder'],
  ['an empty file', { sales: '' }, './sales.csv: the file is empty; export it again'],
  ['a header alone', { sales: `${header}\n` }, './sales.csv: the file has a header but no rows; export it again'],
  [
    'a missing header',
    { sales: csv().slice(header.length + 1) },
    'there is no column "sku" (columns.series); is the header line missing?',
  ],
  [
    'a wrong column',
    { sales: csv(), yaml: pipeline.replace('target: units', 'target: unit') },
    'there is no column "unit" (columns.target); did you mean "units"?',
  ],
  [
    'two columns of one name',
    { sales: csv().replace(header, 'sku,day,units,units') },
    'the header has two columns "units"; give each column a name of its own',
  ],
  [
    'text in a number column',
    { sales: csv({ 11: 'A,2024-01-06,many,2.5' }) },
    './sales.csv row 11, column "units": "many" is not a number; correct it, or filter the row away',
  ],
  [
    'a decimal comma',
    { sales: csv({ 11: 'A,2024-01-06,"3,5",2.5' }) },
    './sales.csv row 11, column "units": "3,5" is not a number (decimal comma? set csv.decimal: \',\')',
  ],
  [
    'a date that is none',
    { sales: csv({ 11: 'A,2024-02-31,3,2.5' }) },
    './sales.csv row 11, column "day": "2024-02-31" is not a date; correct it, or set csv.timeFormat',
  ],
  [
    'a date in the future',
    { sales: csv({ 11: 'A,2999-01-06,3,2.5' }) },
    './sales.csv row 11, column "day": 2999-01-06 lies in the future',
  ],
  [
    'an empty key',
    { sales: csv({ 11: ',2024-01-06,3,2.5' }) },
    './sales.csv row 11, column "sku": the series key is empty; fill it in',
  ],
  [
    'a NUL in a key',
    { sales: csv({ 11: 'A\0B,2024-01-06,3,2.5' }) },
    './sales.csv row 11, column "sku": the series key holds a NUL character',
  ],
  [
    'a row with too few fields',
    { sales: csv({ 11: 'A,2024-01-06,3' }) },
    './sales.csv line 12: 3 fields where the header has 4; mend the line',
  ],
  [
    'another encoding',
    { sales: Buffer.from(csv({ 11: 'Café,2024-01-06,3,2.5' }), 'latin1') },
    './sales.csv line 12: the text is not UTF-8; set csv.encoding (latin1,',
  ],
  [
    'UTF-16',
    { sales: Buffer.from(`\uFEFF${csv()}`, 'utf16le') },
    './sales.csv: the text is UTF-16, not UTF-8; set csv.encoding: utf-16le',
  ],
  ['a damaged Parquet file', { sales: damaged }, './sales.csv: the Parquet file is damaged; export it again'],
  [
    'a damaged workbook',
    { sales: Buffer.from('PK\x03\x04 and so on', 'latin1') },
    './sales.csv: the workbook is damaged (its directory is missing); save it again',
  ],
  [
    'a horizon longer than the history',
    { sales: csv(), yaml: pipeline.replace('horizon: 2', 'horizon: 100') },
    'are 17 complete weeks, but horizon 100 with 2 folds needs 404; shorten horizon',
  ],
  [
    'a cutoff before the history',
    { sales: csv(), options: ['--cutoff', '2020-01-31'] },
    'sales up to the cutoff 2020-01-31: there is no complete week of sales',
  ],
  [
    'nothing but series of one row',
    { sales: oncePerSeries },
    './sales.csv, column "sku": each of 120 series has sales on a single day',
  ],
  [
    'filters that leave nothing',
    {
      sales: csv(),
      yaml: pipeline.replace(
        'frequency:',
        '    filters: [{ column: units, rule: more-than, value: 1000 }]\nfrequency:',
      ),
    },
    'the filters leave none of 240 rows',
  ],
  [
    'products that do not fit',
    { sales: csv(), products: 'sku,name\nX,pear\n', yaml: withProducts },
    './products.csv: no series of the sales has a text (key "sku", text "name")',
  ],
  [
    'an object that is not there',
    { yaml: pipeline.replace('./sales.csv', 's3://bucket/sales.csv') },
    's3://bucket/sales.csv: there is no such bucket or object; correct the address',
  ],
];

export const yamls: readonly (readonly [string, string, string])[] = [
  ['an unknown key', `${pipeline}horizn: 3\n`, 'line 12, horizn: unknown key; did you mean "horizon"?'],
  [
    'an unknown key two levels down',
    pipeline.replace('uri:', 'url:'),
    'line 5, sources.sales.url: unknown key; did you mean "uri"?',
  ],
  [
    'an unknown key three levels down',
    pipeline.replace('target:', 'tarket:'),
    'line 6, sources.sales.columns.tarket: unknown key; did you mean "target"?',
  ],
  [
    'an unknown key in a list',
    `${pipeline}promote: { gates: [{ rule: improves, metrc: wql }] }\n`,
    'line 12, promote.gates.0.metrc: unknown key; did you mean "metric"?',
  ],
  [
    'an unknown parameter',
    `${pipeline}search: { space: { lightgbm: { num_leafs: 3 } } }\n`,
    'line 12, search.space.lightgbm.num_leafs: unknown parameter; did you mean "num_leaves"?',
  ],
  [
    'YAML that is none',
    `${pipeline}search: { trials: \n`,
    'line 12, column 19: not YAML: a `}` is missing before this place',
  ],
  ['a tab', pipeline.replace('  sales:', '\tsales:'), 'line 4, column 1: a tab where YAML wants spaces'],
  ['an empty file', '', 'is empty: start with `name:`'],
];
