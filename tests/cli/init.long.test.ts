import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Command } from 'commander';
import pc from 'picocolors';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { addInitCommand } from '../../cli/commands/init.ts';
import { readPipelineFile } from '../../cli/pipeline-file.ts';
import type { CliDependencies } from '../../cli/session.ts';
import type { Pipeline } from '../../contracts/pipeline.schema.ts';
import { packageRoot } from '../../infra/toolchain/paths.ts';

let folder = '';
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'forecastle-init-')); });
afterAll(() => { rmSync(folder, { recursive: true }); });

let exitCode: number | undefined;
let interruption: () => AbortSignal = () => new AbortController().signal;

async function init(...words: readonly string[]): Promise<string> {
  let printed = '';
  exitCode = undefined;
  const never = () => { throw new Error('nothing here needs a server'); };
  const dependencies: CliDependencies = {
    terminal: { out: (text) => { printed += text; }, err: () => undefined, isTTY: false, columns: 80, colors: pc.createColors(false), live: () => undefined },
    env: {}, connect: never, addresses: never, interruption: () => interruption(), exitWith: (code) => { exitCode = code; },
  };
  const program = new Command('forecastle').option('--json').exitOverride();
  addInitCommand(program, dependencies);
  await program.parseAsync(['init', ...words], { from: 'user' });
  return printed;
}

function made(file: string): Pipeline {
  return readPipelineFile(file).pipeline;
}

async function proposalFor(name: string, content: string | Uint8Array): Promise<Pipeline> {
  writeFileSync(join(folder, name), content);
  await init(join(folder, name), '--out', join(folder, `${name}.yaml`), '--force');
  return made(join(folder, `${name}.yaml`));
}

/** Sales of `products` by day, each row made by `row`. */
function csv(header: string, row: (i: number, day: Date) => string, rows = 4000, perDay = 8): string {
  const lines = Array.from({ length: rows }, (_, i) => row(i, new Date(Date.UTC(2024, 0, 1 + Math.floor(i / perDay)))));
  return [header, ...lines, ''].join('\n');
}

const iso = (day: Date): string => day.toISOString().slice(0, 10);
const two = (value: number): string => String(value).padStart(2, '0');
/** Without a pattern that a period would share. */
const mixed = (i: number, most: number): number => ((i * 7919) % 104_729) % most;

describe('Online Retail', () => {
  test('the Parquet file leads to the pipeline that its example has', { timeout: 30_000 }, async () => {
    const out = join(folder, 'retail.yaml');
    const printed = await init(join(packageRoot, 'examples/online-retail/data/online_retail.parquet'), '--out', out, '--name', 'retail');
    const example = made(join(packageRoot, 'examples/online-retail/pipeline.yaml'));
    const proposed = made(out);
    expect(proposed.name).toBe('retail');
    for (const key of ['columns', 'filters', 'returns', 'duplicates'] as const) expect(proposed.sources.sales[key]).toEqual(example.sources.sales[key]);
    expect(proposed.sources.products).toMatchObject({ key: 'StockCode', text: ['Description'], time: 'InvoiceDate' });
    expect([proposed.frequency, proposed.horizon, proposed.cleaning.gaps, proposed.cleaning.outliers.action, proposed.embeddings.text?.dims])
      .toEqual([example.frequency, example.horizon, example.cleaning.gaps, example.cleaning.outliers.action, 8]);
    expect(printed.split('\n').every((line) => line.length <= 80 || line.includes(out))).toBe(true);
    expect(printed).toContain(`npx forecastle run ${out} --follow`);
  });

  test('so does the small CSV file, whose dates are written day first', async () => {
    const out = join(folder, 'tiny.yaml');
    await init(join(packageRoot, 'examples/tiny/data/orders.csv'), '--out', out);
    const { sources: { sales, products }, frequency, horizon, name } = made(out);
    const example = made(join(packageRoot, 'examples/tiny/pipeline.yaml'));
    expect(sales.columns).toEqual(example.sources.sales.columns);
    expect(sales.returns).toEqual(example.sources.sales.returns);
    // These hundred keys are products, all of them: there is nothing to filter.
    expect(sales.filters).toEqual(example.sources.sales.filters.filter(({ column }) => column !== 'StockCode'));
    expect([products?.key, products?.text, frequency, horizon, name]).toEqual(['StockCode', ['Description'], 'week', 4, 'orders']);
  });
});

describe('files as shops export them', () => {
  test('semicolons, decimal commas and Windows letters of Germany', async () => {
    const text = csv('Rechnungsnr;Artikelnummer;Bezeichnung;Menge;Verkaufsdatum;Stückpreis', (i, day) => `R${String(mixed(i, 900))};${String(10_000 + mixed(i, 40))};Grüner Stuhl fürs Büro ${String(mixed(i, 40))};${String(1 + mixed(i, 7))};${two(day.getUTCDate())}.${two(day.getUTCMonth() + 1)}.${String(day.getUTCFullYear())};${String(10 + mixed(i, 9))},${two(mixed(i, 100))}`);
    const { sources: { sales, products }, frequency } = await proposalFor('de.csv', Buffer.from(text, 'latin1'));
    expect(sales.csv).toMatchObject({ encoding: 'windows-1252', decimal: ',' });
    expect(sales.columns).toEqual({ series: 'Artikelnummer', time: 'Verkaufsdatum', target: 'Menge', price: 'Stückpreis' });
    expect(products?.text).toEqual(['Bezeichnung']);
    expect(frequency).toBe('week');
  });

  test('of days and months that can change places, the reading with the shorter history is taken and said', async () => {
    const { sources } = await proposalFor('us.csv', csv('Order ID,SKU,Qty,Order Date,Order Status', (i) => `${String(i)},A${String(i % 8)},${String(1 + (i % 5))},${two(1 + (i % 3))}/${two(1 + (i % 12))}/2024,${i % 20 === 0 ? 'Cancelled' : 'Shipped'}`, 600));
    expect(sources.sales.csv?.timeFormat).toBe('%m/%d/%Y');
    expect(sources.sales.returns?.where).toEqual([{ column: 'Order Status', rule: 'in', values: ['Cancelled'] }]);
    expect(readFileSync(join(folder, 'us.csv.yaml'), 'utf8')).toMatch(/# To decide: every Order Date can be read/);
  });

  test('two columns make the series where neither of them tells the rows apart, and both are levels', async () => {
    const { sources: { sales }, frequency, cleaning, validate } = await proposalFor('panel.csv', csv('date,item_id,store_id,sales,sell_price', (i, day) => `${iso(day)},I${String(i % 4)},S${String(Math.floor(i / 4) % 2)},${String(mixed(i, 5))},2.5`));
    expect(sales.columns).toEqual({ series: ['item_id', 'store_id'], time: 'date', target: 'sales', price: 'sell_price' });
    expect(sales.levels).toEqual({ item: 'item_id', store: 'store_id' });
    expect([frequency, cleaning.gaps]).toEqual(['day', 'unknown']);
    expect(validate).toContainEqual({ columns: ['series', 'time'], rule: 'unique', severity: 'block', atMost: 0 });
  });

  test('days that the file calls closed do not take part', async () => {
    const { sources: { sales }, cleaning } = await proposalFor('open.csv', csv('Date,Store,Sales,Open', (i, day) => `${iso(day)},${String(i % 8)},${day.getUTCDay() === 0 ? '0,0' : `${String(100 + mixed(i, 50))},1`}`));
    expect(sales.filters).toEqual([{ column: 'Open', rule: 'more-than', value: 0 }]);
    expect(cleaning.gaps).toBe('closed');
    expect(cleaning.closed?.weekdays).toEqual(['sunday']);
  });

  test('the band of rows holds for the rows that the filters keep: on a holiday one store of eight is open', async () => {
    const holiday = (day: Date, i: number): boolean => day.getUTCDate() === 13 && i % 8 !== 0;
    const { validate } = await proposalFor('holidays.csv', csv('Date,Store,Sales,Open', (i, day) => `${iso(day)},${String(i % 8)},${holiday(day, i) ? '0,0' : `${String(100 + mixed(i, 50))},1`}`));
    expect(validate.filter(({ rule }) => rule === 'row-count-band')).toEqual([{ rule: 'row-count-band', factor: 10, severity: 'warn' }]);
  });

  test('orders without a quantity are forecast as revenue, and rows of a mistyped year are left out', async () => {
    const lines = csv('order_id,product_id,shipping_limit_date,price', (i, day) => `o${String(i)},p${String(mixed(i, 20))},${iso(day)} 10:${two(i % 60)}:07,${String(20 + mixed(i, 30))}.5`);
    const { sources: { sales } } = await proposalFor('items.csv', `${lines}x1,p1,2031-03-01 10:00:01,20.5\n`);
    expect(sales.columns).toEqual({ series: 'product_id', time: 'shipping_limit_date', target: 'price' });
    expect(readFileSync(join(folder, 'items.csv.yaml'), 'utf8')).toMatch(/no column holds a quantity[\s\S]*\(2031-03\)/);
  });

  test('names with line ends, quotes and YAML’s own characters stay what they are', async () => {
    const { sources: { sales } } = await proposalFor('names.csv', csv('"sku # x: [1]\ny\'""q",date,"qty: {a}"', (i, day) => `${String.fromCharCode(65 + (i % 8))},${iso(day)},${String(i % 7)}`));
    expect(sales.columns).toEqual({ series: 'sku # x: [1]\ny\'"q', time: 'date', target: 'qty: {a}' });
  });
});

test.each([
  ['no such file', 'nothere.csv', undefined, /there is no file/],
  ['an empty file', 'empty.csv', '', /the file is empty/],
  ['a header alone', 'head.csv', 'a,b,c\n', /no row below it/],
  ['bytes', 'bytes.csv', new Uint8Array([0, 1, 2, 3, 4, 5, 200, 201]), /neither CSV nor Parquet/],
  ['prose', 'prose.txt', 'hello world\nthis is prose\n', /no column holds dates/],
  ['a line with too many fields', 'broken.csv', 'sku,date,qty\nA,2024-01-01,1\nB,2024-01-02,1,5\n', /line 3: 4 fields/],
])('%s is refused in one line, and nothing is written', async (_, name, content, message) => {
  if (content !== undefined) writeFileSync(join(folder, name), content);
  const out = join(folder, `${name}-refused.yaml`);
  await expect(init(join(folder, name), '--out', out)).rejects.toMatchObject({ code: expect.stringMatching(/^(BadInput|DatasetMissing)$/) as string, message: expect.stringMatching(message) as string });
  expect(existsSync(out)).toBe(false);
});

test('a file that is there is kept unless --force says otherwise', async () => {
  const [data, out] = [join(folder, 'again.csv'), join(folder, 'again.yaml')];
  writeFileSync(data, csv('sku,date,qty', (i, day) => `A${String(i % 8)},${iso(day)},${String(i % 3)}`));
  writeFileSync(out, 'mine');
  await expect(init(data, '--out', out)).rejects.toThrow(/is there already: add --force/);
  expect(readFileSync(out, 'utf8')).toBe('mine');
  const answer: unknown = JSON.parse(await init('--json', data, '--out', out, '--force', '--horizon', '5'));
  expect(answer).toMatchObject({ file: out, rows: 4000, horizon: { value: 5 }, columns: { target: { value: 'qty' } } });
  expect(made(out)).toMatchObject({ horizon: 5, sources: { sales: { uri: './again.csv' } } });
});

test('interrupted, it writes nothing and says so by its exit code', async () => {
  const [data, out] = [join(folder, 'stopped.csv'), join(folder, 'stopped.yaml')];
  writeFileSync(data, csv('sku,date,qty', (i, day) => `A${String(i % 8)},${iso(day)},${String(i % 3)}`));
  interruption = () => AbortSignal.abort();
  try {
    await init(data, '--out', out);
  } finally {
    interruption = () => new AbortController().signal;
  }
  expect([exitCode, existsSync(out)]).toEqual([130, false]);
});

test.each([[['--horizon', '0'], /from 1 to 366/], [['--horizon', '2.5'], /whole number/], [['--name', 'My Shop'], /lower-case/], [['--out', '/nowhere/at/all.yaml'], /folder does not exist/]])('%j is refused before the data are read', async (words, message) => {
  await expect(init('nothere.csv', ...words)).rejects.toThrow(message);
});

describe('files beside the sales', () => {
  const sales = csv('sku,day,units', (i, day) => `P${i % 40},${iso(day)},${1 + mixed(i, 9)}`);
  const words = ['bought', 'again', 'fits', 'well', 'poor', 'quality', 'lovely', 'colour', 'arrived', 'late'];
  const sentence = (i: number): string => Array.from({ length: 6 }, (_, k) => words[mixed(i * 7 + k, 10)]).join(' ');

  test('become sources and embeddings, each with its reason, and the file that says so can be read', async () => {
    mkdirSync(join(folder, 'shop', 'pictures'), { recursive: true });
    writeFileSync(join(folder, 'shop', 'sales.csv'), sales);
    writeFileSync(join(folder, 'shop', 'pictures', '0.jpg'), 'x');
    writeFileSync(join(folder, 'shop', 'products.csv'), csv('code,label,photo,colour', (i) => `P${i},${sentence(i)} no ${i},${i}.jpg,${['red', 'green', 'blue'][i % 3]}`, 60));
    writeFileSync(join(folder, 'shop', 'reviews.csv'), csv('item;written at;answered at;opinion;stars', (i, day) => `p${i % 40};${day.getUTCDate()}.${two(day.getUTCMonth() + 1)}.2024;${iso(day)};${sentence(i)} ${i};"${1 + (i % 5)},5"`, 900));
    const out = join(folder, 'shop', 'pipeline.yaml');
    const printed = await init(join(folder, 'shop', 'sales.csv'), '--products', join(folder, 'shop', 'products.csv'), '--reviews', join(folder, 'shop', 'reviews.csv'), '--out', out);
    const { sources, embeddings } = made(out);
    expect(sources.products).toMatchObject({ uri: './products.csv', key: 'code', text: ['label'], image: 'photo', media: { folder: 'pictures' }, static: ['colour'] });
    expect(sources.reviews).toMatchObject({ uri: './reviews.csv', key: 'item', time: 'written at', text: ['opinion'], rating: 'stars', csv: { decimal: ',' } });
    expect(Object.keys(embeddings).sort()).toEqual(['image', 'reviews', 'text']);
    expect(printed).toContain('40 of 40 products sold are among its 60 values');
    expect(printed.split('\n').every((line) => line.length <= 80 || line.includes(out))).toBe(true);
  });

  test('that know nothing of what is sold are refused', async () => {
    writeFileSync(join(folder, 'some-sales.csv'), sales);
    writeFileSync(join(folder, 'strangers.csv'), csv('code,label', (i) => `Q${i},${sentence(i)}`, 60));
    for (const option of ['--products', '--reviews']) {
      await expect(init(join(folder, 'some-sales.csv'), option, join(folder, 'strangers.csv'), '--out', join(folder, 'never.yaml'))).rejects.toMatchObject({ code: 'BadInput', message: expect.stringMatching(/strangers\.csv: no column holds a key of what is sold/) as string });
    }
    expect(existsSync(join(folder, 'never.yaml'))).toBe(false);
  });

  test('are not needed where the sales name the pictures', async () => {
    const { sources, embeddings } = await proposalFor('pictured.csv', csv('sku,day,units,photo', (i, day) => `P${i % 40},${iso(day)},${1 + mixed(i, 9)},P${i % 40}.png`));
    expect(sources.sales.columns.series).toBe('sku');
    expect(sources.products).toMatchObject({ uri: './pictured.csv', key: 'sku', image: 'photo', time: 'day' });
    expect(Object.keys(embeddings)).toEqual(['image']);
  });
});
