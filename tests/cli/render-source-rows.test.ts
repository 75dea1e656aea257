import { expect, test } from 'vitest';

import { renderSourceRows } from '../../cli/render/source-rows.ts';
import type { Lineage } from '../../contracts/http-lineage.schema.ts';
import type { Colors } from '../../cli/terminal.ts';

const colors = new Proxy({}, { get: () => (text: string) => text }) as Colors;
const row = (n: number, file: string) => ({ file, row: n, time: '2011-12-09T12:50:00', target: -74_215, price: 0.125, returned: n % 2 === 1, kept: n % 2 === 0, digest: 'abcdef0123'.padEnd(64, '0') });
const lineage = (files: readonly string[]): Lineage => ({
  start: { kind: 'forecast', id: 'shop/A/2011-12-12' }, direction: 'up', edges: [], notes: [],
  rows: files.map((file, i) => row(541_900 + i, file)),
  rowsFrom: { snapshot: 'b'.repeat(64), uri: files.at(-1) ?? '', sha256: 'c'.repeat(64), total: 40, files: new Set(files).size, from: '2011-12-01', to: '2011-12-09' },
});

test('rows of several files have their file, row, digest and values in 80 columns', () => {
  const text = renderSourceRows(lineage(['a/long/folder/sales-2011-11.csv', 'a/long/folder/sales-2011-12.csv']), 80, colors);
  expect(text.split('\n')).toEqual([
    'source rows of 2 files',
    'in snapshot bbbbbbbbbbbb: the newest 2 of 40, from 2011-12-01, up to 2011-12-09',
    expect.stringMatching(/^file +row +digest +time +target +price$/),
    expect.stringMatching(/^…s-2011-11\.csv +541900 +abcdef01 +2011-12-09 12:50 +-74215 +0\.125$/),
    expect.stringMatching(/^…s-2011-12\.csv +541901 +abcdef01 +2011-12-09 12:50 +-74215 +0\.125 +returned$/),
  ]);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

test('rows of one file name it once', () => {
  expect(renderSourceRows(lineage(['sales.csv']), 80, colors).split('\n')[0]).toBe('source rows of sales.csv (sha256 cccccccccccc)');
  expect(renderSourceRows({ ...lineage([]), rows: [] }, 80, colors)).toBe('no source rows');
});
