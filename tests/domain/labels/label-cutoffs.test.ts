import { expect, test } from 'vitest';
import { dayOfIso, isoOfDay } from '../../../domain/calendar.ts';
import { daysIn, labelCutoffs } from '../../../domain/labels/label-cutoffs.ts';

const cutoffs = (every: string, from: string, to: string): string[] => labelCutoffs({ every, from: dayOfIso(from) ?? 0, to: dayOfIso(to) ?? 0 }).map(isoOfDay);

test('cutoffs come every so many days or weeks, both ends included', () => {
  expect(cutoffs('3d', '2024-02-27', '2024-03-04')).toEqual(['2024-02-27', '2024-03-01', '2024-03-04']);
  expect(cutoffs('2w', '2024-01-01', '2024-01-31')).toEqual(['2024-01-01', '2024-01-15', '2024-01-29']);
  expect(cutoffs('1d', '2024-01-02', '2024-01-01')).toEqual([]);
});

test('months keep the day of the month; a shorter month gives its last day, and the next one the day again', () => {
  expect(cutoffs('1m', '2023-12-31', '2024-04-30')).toEqual(['2023-12-31', '2024-01-31', '2024-02-29', '2024-03-31', '2024-04-30']);
  expect(cutoffs('6m', '2023-11-15', '2024-12-01')).toEqual(['2023-11-15', '2024-05-15', '2024-11-15']);
});

test('a length is a whole number of days', () => {
  expect([daysIn('30d'), daysIn('0d'), daysIn('1w'), daysIn('d')]).toEqual([30, undefined, undefined, undefined]);
});
