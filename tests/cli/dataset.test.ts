import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pc from 'picocolors';
import { afterAll, describe, expect, test } from 'vitest';

import type { ApiClient } from '../../cli/api-client.ts';
import { runCommandLine } from '../../cli/run-command-line.ts';
import { snapshotDetailSchema, snapshotDiffSchema, touchedSchema } from '../../contracts/http-snapshots.schema.ts';
import { setUp } from '../api/harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'forecastle-dataset-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The API itself over fakes, without a socket in between. */
function client(asked: string[]): ApiClient {
  const { get } = setUp();
  const unused = (): never => { throw new Error('dataset only reads'); };
  return {
    async get(path, schema, query = {}) {
      const search = new URLSearchParams(Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));
      asked.push(`${path}${search.size === 0 ? '' : `?${search.toString()}`}`);
      return schema.parse(await (await get(`${path}?${search.toString()}`)).json());
    },
    post: unused,
    download: unused,
  };
}

async function dataset(...line: string[]): Promise<{ code: number; out: string; err: string; asked: string[] }> {
  let [out, err] = ['', ''];
  const asked: string[] = [];
  const code = await runCommandLine(['dataset', ...line], {
    terminal: { out: (text) => (out += text), err: (text) => (err += text), isTTY: false, columns: 80, colors: pc.createColors(false), live: () => undefined },
    env: {}, connect: () => client(asked), addresses: () => ({}), interruption: () => new AbortController().signal,
  });
  return { code, out, err, asked };
}

test('a list names pipeline and moment of every snapshot', async () => {
  expect((await dataset('list')).out).toMatchInlineSnapshot(`
    "snapshot      pipeline  met         kept  series  data
    555555555555  shop      2025-11-24    90       2  2010-12-01…2011-12-09
    444444444444  shop      2025-11-17    86       2  2010-12-01…2011-12-02
    "
  `);
});

test('a snapshot shows what its columns lack, in which unit, and the target over time', async () => {
  expect((await dataset('show', 'shop@latest')).out).toMatchInlineSnapshot(`
    "snapshot   5555555555555555555555555555555555555555555555555555555555555555
    pipeline   shop, first met 2025-11-24 08:01 UTC
    rows       100, of which 90 count
    series     2
    kept from  2010-12-01 to 2011-12-09
    times      local to Europe/London
    sales      sales.csv (100 rows, 333333333333)

    column        kind    unit   missing   zeros  distinct  min         max
    series        text                 0                 2  71053       85123A
    time          time                 0                80  2010-12-01  2011-12-09
    target        number  piece    3.3 %  10.0 %        12  0           74,215
    price         number  GBP          0       0      ~700  0.5         9.95
    stock         number  piece  100.0 %                 0  –           –
    returned      truth                0                 1  false       false
    Kategorie <…  text            20.0 %                 3  Bücher      茶
    kept          truth                0                 2  –           –

    kept target per week from 2010-11-29 to 2011-11-28, peak 1,891 piece
    ▄▅▅▆▆▆▆▆▆▆▅▅▅▄▄▃▃▃▃▂▃▃▃▃▄▄▅▅▆▆▆▆▆▆▆▅▅▅▄▄▃▃▃▃▂▃▆▆▇▇██
    "
  `);
});

test('touched cells are counted by rule and listed', async () => {
  const { out, asked } = await dataset('show', 'shop', '--touched', '--limit', '2', '--series', '85123A');
  expect(asked).toEqual(['/v1/snapshots/shop/touched?limit=2&series=85123A']);
  expect(out).toMatchInlineSnapshot(`
    "snapshot  555555555555
    run       run-1
    touched   23 of 108 cells (21.3 %); actuals that score stay as they were sold

    rule     cells  what it did
    no-sale     20  no row: nothing was sold, 0
    outlier      2  beyond 3 interquartile ranges of its own past, clipped
    unknown      1  not known: left out

    series  period        sold  used  rule
    71053   2011-01-17       –     4  unknown
    85123A  2011-03-07  74,215   410  outlier
    the first 2; --limit shows more, --rule and --series others
    "
  `);
});

test('a difference says first in words what it is', async () => {
  expect((await dataset('diff', 'shop@previous', 'shop@latest')).out).toMatchInlineSnapshot(`
    "from      444444444444: 95 rows, 86 count, 2025-11-17 08:01 UTC
    to        555555555555: 100 rows, 90 count, 2025-11-24 08:01 UTC
    in words  Rows: 5 added, 0 removed, 1 changed (target in 1).
              1 series appeared: 71053.
              The last kept row is of 2011-12-09 (was 2011-12-02).
              No column's distribution moved.

    column        reading      PSI     KS  missing   mean
    series        identical  0.000      –        0      –
    time          identical      –      –        0      –
    target        identical  0.000  0.000    3.3 %  862.1
    price         identical  0.000  0.000        0    2.5
    stock         identical  0.000      –  100.0 %      –
    returned      identical  0.000      –        0      –
    Kategorie <…  identical  0.000      –   20.0 %      –

    changed  sales.csv row 17, series 85123A: target 6 → 60
    "
  `);
});

describe('what people read fits in 80 columns, and programs get one document', () => {
  test.each([
    [['list'], undefined], [['show', '555'], snapshotDetailSchema], [['show', '555', '--touched'], touchedSchema], [['diff', '444', '555'], snapshotDiffSchema],
  ] as const)('%j', async (line, schema) => {
    const { code, out } = await dataset(...line);
    expect(code).toBe(0);
    expect(out.split('\n').filter((text) => text.length > 80)).toEqual([]);
    const parsed: unknown = JSON.parse((await dataset(...line, '--json')).out);
    if (schema !== undefined) expect(schema.safeParse(parsed).error).toBeUndefined();
  });
});

test('a profile and a difference are written as whole pages', async () => {
  const [profile, diff] = [join(folder, 'profile.html'), join(folder, 'diff.html')];
  expect((await dataset('show', 'shop', '--html', profile)).out).toMatch(/profile\.html: [\d,]+ bytes\n$/);
  expect(readFileSync(profile, 'utf8')).toContain('Touched by cleaning');
  expect(JSON.parse((await dataset('diff', '444', '555', '--html', diff, '--json')).out)).toMatchObject({ file: diff });
  expect(readFileSync(diff, 'utf8')).toContain('</html>');
  expect((await dataset('show', 'shop', '--html', join(folder, 'nowhere', 'p.html'))).err).toContain('--html');
  expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
});

test.each([
  [['show', '555', '--series', 'a'], '--series says which touched cells are listed: add --touched'],
  [['show', '555', '--touched', '--html', 'p.html'], 'leave --touched out'],
  [['show', '555', '--touched', '--limit', '0'], 'It must be a whole number from 1 to 100000.'],
])('wrong usage is one line and exit code 2: %j', async (line, expected) => {
  const { code, err, asked } = await dataset(...line);
  expect({ code, asked }).toEqual({ code: 2, asked: [] });
  expect(err).toMatch(/^forecastle: [^\n]*\n$/);
  expect(err).toContain(expected);
});
