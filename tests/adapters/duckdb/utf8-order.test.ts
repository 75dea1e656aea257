import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareUtf8, mergeSorted } from '../../../adapters/duckdb/utf8-order.ts';

/** Texts whose order by UTF-16 units is another one, and any others. */
const text = fc.oneof(fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\uffff', '\ue000', '\ufffd', '\u{10000}', '\u{1f600}', '\u{10ffff}', '\ud7ff', '') }), fc.string({ unit: 'binary' }));
const bytewise = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

describe('texts are in the order of their UTF-8 bytes', () => {
  test('two by two', () => {
    fc.assert(fc.property(text, text, (a, b) => { expect(Math.sign(compareUtf8(a, b)) + 0).toBe(bytewise(a, b)); }), { numRuns: 2000 });
  });

  test('an astral character comes behind all others, though its UTF-16 units do not', () => {
    expect('\u{1f600}' < '\uffff').toBe(true);
    expect(['\u{1f600}', '\uffff', 'z', '', '\ue000'].sort(compareUtf8)).toEqual(['', 'z', '\ue000', '\uffff', '\u{1f600}']);
  });

  test('merged lists have every text once', () => {
    const list = fc.uniqueArray(text, { maxLength: 30 }).map((all) => all.sort(bytewise));
    fc.assert(fc.property(list, list, (a, b) => { expect(mergeSorted(a, b)).toEqual([...new Set([...a, ...b])].sort(bytewise)); }), { numRuns: 500 });
  });
});
