import fc from 'fast-check';
import { expect, test } from 'vitest';

import { renderStep } from '../../cli/render/dag.ts';
import { shortError, shortNote } from '../../cli/render/step-note.ts';
import { processTerminal } from '../../cli/terminal.ts';

const cleaned = '3,665 series × 52 periods, 123,456 filled, 1,056 outliers, 1 of 2 parts new';

test.each([
  [100, cleaned],
  [60, '3,665 series × 52 periods, 123,456 filled, 1,056 outliers, …'],
  [45, '3,665 series × 52 periods, 123,456 filled, …'],
  [38, '3,665 series × 52 periods, …'],
  [12, '3,665 serie…'],
])('in %i characters a note says its first parts whole', (max, shown) => {
  expect(shortNote(cleaned, max)).toBe(shown);
});

test.each([
  [120, './data/2024/sales.csv row 11, column "units": "many" is not a number; correct it, or filter the row away'],
  [75, './data/2024/sales.csv row 11, column "units": "many" is not a number'],
  [60, '…/sales.csv row 11, column "units": "many" is not a number'],
  [20, '…/sales.csv row 11,…'],
])('in %i characters an error says what is wrong before what to do', (max, shown) => {
  expect(shortError('./data/2024/sales.csv row 11, column "units": "many" is not a number; correct it, or filter the row away', max)).toBe(shown);
});

test('no line is wider than it may be, whatever there is to say', () => {
  fc.assert(fc.property(fc.string({ maxLength: 200 }), fc.integer({ min: 4, max: 90 }), (text, max) => {
    expect(shortNote(text, max).length).toBeLessThanOrEqual(max);
    expect(shortError(text, max).length).toBeLessThanOrEqual(max);
  }));
  const line = renderStep({ step: 'clean', status: 'done', seconds: 12, note: cleaned }, 80, processTerminal({ NO_COLOR: '1' }).colors);
  expect(line.length).toBeLessThanOrEqual(80);
  expect(line).toMatch(/3,665 series × 52 periods, …$/);
});
