import { expect, test } from 'vitest';

import { diffPage } from '../../cli/render/html-diff.ts';
import { profilePage } from '../../cli/render/html-profile.ts';
import { snapshotDetailSchema, snapshotDiffSchema, touchedSchema } from '../../contracts/http-snapshots.schema.ts';
import type { SnapshotDetail } from '../../contracts/http-snapshots.schema.ts';
import { setUp } from '../api/harness.ts';

const { get } = setUp();
const read = async (path: string): Promise<unknown> => (await get(path)).json();

async function profile(changed: Partial<SnapshotDetail> = {}): Promise<string> {
  const detail = snapshotDetailSchema.parse(await read('/v1/snapshots/shop'));
  return profilePage({ detail: { ...detail, ...changed }, touched: touchedSchema.parse(await read('/v1/snapshots/shop/touched')) });
}
const difference = async (): Promise<string> => diffPage(snapshotDiffSchema.parse(await read('/v1/snapshots/shop@previous/diff/shop')));

const empty = ['meta', 'path', 'rect', 'br', 'wbr'];

/** Tags that are opened and not closed, or closed in another order; none in a well-formed page. */
function unbalanced(html: string): string[] {
  const open: string[] = [];
  for (const [, slash, tag = '', attributes = ''] of html.replace(/<style>[^]*?<\/style>|<!doctype html>/g, '').matchAll(/<(\/?)([a-z0-9]+)((?:"[^"]*"|[^">])*)>/g)) {
    if (empty.includes(tag) || attributes.endsWith('/')) continue;
    if (slash === '') open.push(tag);
    else if (open.pop() !== tag) return [`</${tag}>`, ...open];
  }
  return open;
}

const texts = (html: string, tag: string): string[] => [...html.matchAll(new RegExp(`<${tag}[^>]*>([^]*?)</${tag}>`, 'g'))].map(([, text = '']) => text.replace(/<[^>]+>/g, ''));

test.each([['profile', profile], ['difference', difference]] as const)('the page of a %s is well-formed, stands alone and can be read without seeing it', async (_, page) => {
  const html = await page();
  expect(unbalanced(html)).toEqual([]);
  expect(html).not.toMatch(/<script|<link|<img|<iframe|https?:|url\(|@import|\bon[a-z]+=/);
  expect(html).toContain(`default-src 'none'`);
  expect(html).toContain('<html lang="en">');
  expect(texts(html, 'h1')).toHaveLength(1);
  const drawings = html.match(/<svg[^>]*>/g) ?? [];
  expect(drawings.length).toBeGreaterThan(0);
  for (const drawing of drawings) expect(drawing).toMatch(/role="img" aria-label="[^"]{20,}"/);
  for (const table of html.match(/<table[^]*?<\/table>/g) ?? []) {
    expect(table).toMatch(/<caption>[^<]+/);
    expect(table).toMatch(/<th scope="col"/);
    expect(table).toMatch(/<th scope="row"/);
  }
  const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const [, id] of html.matchAll(/aria-labelledby="([^"]+)"/g)) expect(ids).toContain(id);
  expect(html).not.toMatch(/NaN|undefined|Infinity|\[object/);
});

test('a profile has every part: summary, plots over time, schema, a card per column, rules, touched cells, sources', async () => {
  const results = [
    { rule: 'target not-null', kind: 'not-null', severity: 'block' as const, holds: true, found: 'none is missing', broken: 0, rows: 90, examples: [] },
    { rule: 'price range ≤ 1000', kind: 'range', severity: 'warn' as const, holds: false, found: '2 rows above', broken: 2, rows: 90, examples: [{ uri: 'sales.csv', row: 17 }] },
  ];
  const html = await profile({ validation: { runId: 'run-1', results } });
  expect(texts(html, 'h2')).toEqual(['Summary', 'Over time', 'Schema', 'Columns', 'Validation', 'Touched by cleaning', 'Sources']);
  // Stock has no value, so it has no card.
  expect(texts(html, 'h3')).toEqual(['target', 'price', 'series', 'Kategorie &lt;b&gt;&amp;&quot;', 'time', 'returned', 'kept']);
  expect(html).toContain('Without any value: stock.');
  expect(texts(html, 'figcaption').map((caption) => caption.split(/ ?piece|per week|no week|[0-9]+ of|most often/)[0])).toEqual(['Target', 'Rows', 'Missing targets', 'Zero targets', 'Each bar doubles the value', 'Equal steps']);
  expect(html).toContain('✓ holds');
  expect(html).toContain('! warning');
  expect(html).toContain('sales.csv row 17');
  expect(html).toContain('beyond 3 interquartile ranges of its own past, clipped');
  expect(html).toContain('2011-03-07');
});

test('without rules and touched cells the page has no such parts', async () => {
  const html = profilePage({ detail: snapshotDetailSchema.parse(await read('/v1/snapshots/shop')) });
  expect(texts(html, 'h2')).toEqual(['Summary', 'Over time', 'Schema', 'Columns', 'Sources']);
});

test('what data say is text, never markup', async () => {
  const html = await profile();
  expect(html).toContain('&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(html).not.toContain('<b>&"');
});

test('the line over time breaks where a period has no row', async () => {
  const trace = /<path class="trace" d="([^"]+)"/.exec(await profile())?.[1] ?? '';
  expect(trace.match(/M/g)).toHaveLength(2);
  expect(trace.match(/[ML]/g)).toHaveLength(52);
});

test('tens of thousands of periods are taken together instead of drawn one over another', async () => {
  const detail = snapshotDetailSchema.parse(await read('/v1/snapshots/shop'));
  const starts = Array.from({ length: 20_000 }, (_, i) => new Date(Date.UTC(2020, 0, 1) + i * 3_600_000).toISOString().slice(0, 16));
  const zero = starts.map(() => 0);
  const one = starts.map(() => 1);
  const html = profilePage({ detail: { ...detail, profile: { ...detail.profile, frequency: 'hour', periods: { starts, rows: one, kept: one, target: one, missing: zero, zeros: zero, series: one } } } });
  expect(html).toContain('per hour, mean of 20 hours each');
  expect(html.length).toBeLessThan(400_000);
});

test('a snapshot without one kept row has a page all the same', async () => {
  const detail = snapshotDetailSchema.parse(await read('/v1/snapshots/shop'));
  const none = { starts: [], rows: [], kept: [], target: [], missing: [], zeros: [], series: [] };
  const html = profilePage({ detail: { ...detail, profile: { ...detail.profile, keptRows: 0, series: 0, periods: none, columns: detail.profile.columns.map(({ numbers: _, top: __, min: ___, max: ____, ...column }) => ({ ...column, missing: 0, distinct: 0 })) } } });
  expect(unbalanced(html)).toEqual([]);
  expect(html).toContain('No row has a time.');
  expect(html).not.toMatch(/NaN|undefined|Infinity/);
});

test('a difference says first in words what it is, with the figures of both sides behind', async () => {
  const html = await difference();
  expect(texts(html, 'h2')).toEqual(['In words', 'Rows', 'Schema', 'Distributions', 'Sources']);
  expect(html).toContain('Rows: 5 added, 0 removed, 1 changed (target in 1).');
  expect(html).toContain('sales.csv row 17');
});
