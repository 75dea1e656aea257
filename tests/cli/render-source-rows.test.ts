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

test('what else was known of the series follows: files by digest or problem, reviews in a line each', () => {
  const text = renderSourceRows({
    ...lineage(['sales.csv']),
    media: [{ modality: 'image', name: 'a.jpg', sha256: 'd'.repeat(64) }, { modality: 'video', name: '../b\u001b[2J.mp4', problem: 'outside of the allowed folders' }],
    reviews: { total: 9, rows: [{ file: 'reviews.csv', row: 17, time: '2011-12-01T10:00:00', rating: 4.5, text: `Lovely\u001b[31m\n${'good '.repeat(40)}` }, { file: 'reviews.csv', row: 18, time: '2011-12-02T00:00:00', rating: null, text: null }] },
  }, 80, colors);
  expect(text).toContain('image a.jpg (sha256 dddddddddddd)\nvideo ../b [2J.mp4 (outside of the allowed folders)');
  expect(text).toMatch(/reviews: the newest 2 of 9\n.*row +time +rating +text\n +17 +2011-12-01 +4\.5 +Lovely \[31m good good .*…\n +18 +2011-12-02 +– +–$/);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  expect(renderSourceRows({ ...lineage(['sales.csv']), reviews: { total: 0, rows: [] } }, 80, colors)).toContain('no reviews');
});
