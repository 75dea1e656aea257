import { expect, test } from 'vitest';
import { refuseShortHistory } from '../../../../adapters/duckdb/clean/history-check.ts';
import { dayOfIso } from '../../../../domain/calendar.ts';

const history = { where: 'sales', frequency: 'week', horizon: 4, folds: 3, from: dayOfIso('2024-01-01') ?? 0, to: dayOfIso('2024-05-05') ?? 0 } as const;

test('a history of just as many periods as folds, step and gap need is accepted, one fewer is refused', () => {
  for (const [rest, needed] of [[{}, 24], [{ step: 1 }, 18], [{ step: 6, gap: 3 }, 31], [{ folds: 1, step: 9 }, 16]] as const) {
    expect(() => { refuseShortHistory({ ...history, ...rest, periods: needed }); }).not.toThrow();
    expect(() => { refuseShortHistory({ ...history, ...rest, periods: needed - 1 }); }).toThrow(`needs ${String(needed)};`);
  }
});

test('the refusal names what the pipeline file says', () => {
  expect(() => { refuseShortHistory({ ...history, periods: 18, step: 6, gap: 3 }); }).toThrow(
    'sales: sales from 2024-01-01 to 2024-05-05 are 18 complete weeks, but horizon 4 with 3 folds 6 weeks apart and gap 3 needs 31; shorten horizon, use fewer folds (evaluate.folds, evaluate.step, evaluate.gap), or give a longer history',
  );
});
