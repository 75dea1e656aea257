import { describe, expect, test } from 'vitest';
import { evaluateGates, type GateMetrics, type GateRule, type GateVerdict } from '../../domain/gates.ts';

const row = (model: string, wql: number | null, more: Partial<GateMetrics> = {}): GateMetrics => ({
  model, split: 'test', wape: 0.5, mase: 0.9, wql, bias: -0.1, mae: 3, rmse: 5, ...more,
});
const improves = (atLeast: number, versus: 'champion' | 'naive' = 'champion'): GateRule => ({ rule: 'improves', metric: 'wql', atLeast, versus });
const verdict = (gate: GateRule, rows: readonly GateMetrics[]): GateVerdict | undefined => evaluateGates([gate], rows)[0];

describe('a gate on improvement', () => {
  const rows = [row('ensemble', 0.38), row('seasonal-naive', 0.5), row('champion', 0.4)];

  test('compares with the champion, as a share of its loss', () => {
    const found = verdict(improves(0.04), rows);
    expect(found?.value).toBeCloseTo(0.05, 12);
    expect(found).toMatchObject({ gate: 'wql improves on the champion', threshold: 0.04, holds: true });
    expect(found?.reason).toBe('wql 0.380 against 0.400 of the champion: 5.0 % better, at least 4.0 % asked');
    expect(verdict(improves(0.06), rows)?.holds).toBe(false);
  });

  test('says how much worse a candidate is', () => {
    const worse = verdict(improves(0), [row('ensemble', 0.44), row('champion', 0.4)]);
    expect(worse).toMatchObject({ holds: false, reason: 'wql 0.440 against 0.400 of the champion: 10.0 % worse, at least 0.0 % asked' });
  });

  test('that asks for no loss holds for a candidate that is exactly as good', () => {
    expect(verdict(improves(0), [row('ensemble', 0.4), row('champion', 0.4)])).toMatchObject({ value: 0, holds: true });
  });

  test('compares with the naive forecast when asked to, and while there is no champion', () => {
    expect(verdict(improves(0.2, 'naive'), rows)).toMatchObject({ gate: 'wql improves on the naive forecast', holds: true });
    expect(verdict(improves(0.2), rows.slice(0, 2))?.reason).toBe('wql 0.380 against 0.500 of the naive forecast (there is no champion): 24.0 % better, at least 20.0 % asked');
    expect(verdict(improves(0.2), rows.slice(0, 2))).toMatchObject({ gate: 'wql improves on the naive forecast', holds: true });
  });

  test('looks at the untouched horizon alone: scores of the folds, which tuned the model, do not count', () => {
    const tuned = [row('ensemble', 0.1, { split: 'folds' }), ...rows];
    expect(verdict(improves(0.5), tuned)?.holds).toBe(false);
    expect(verdict(improves(0), [row('ensemble', 0.1, { split: 'folds' }), row('champion', 0.4)])?.holds).toBe(false);
  });

  test.each([
    ['the candidate has no such score', [row('ensemble', null), row('champion', 0.4)]],
    ['the champion has no such score', [row('ensemble', 0.4), row('champion', null)]],
    ['the rival made no error, so there is nothing to improve on', [row('ensemble', 0), row('champion', 0)]],
    ['nothing was scored', []],
  ])('never holds when %s', (_, scored) => {
    expect(verdict(improves(-1), scored)).toMatchObject({ value: null, holds: false, reason: expect.stringContaining('not defined') });
  });
});

describe('a gate on bias', () => {
  const bias = (value: number | null): GateVerdict | undefined => verdict({ rule: 'bias-within', limit: 0.3 }, [row('ensemble', 0.4, { bias: value })]);

  test.each([[-0.3, true], [0.3, true], [0.301, false], [-0.301, false], [0, true]])('of %d within 0.3: %s', (value, holds) => {
    expect(bias(value)).toMatchObject({ value, holds });
  });

  test('says which way the forecasts lean', () => {
    expect(bias(-0.25)?.reason).toBe('forecasts are 25.0 % too low in total; 30.0 % allowed');
    expect(bias(0.4)?.reason).toBe('forecasts are 40.0 % too high in total; 30.0 % allowed');
  });

  test('never holds where bias is not defined', () => {
    expect(bias(null)).toMatchObject({ value: null, holds: false, reason: expect.stringContaining('nothing was sold') });
  });
});

test('every gate gets one verdict, in the order of the file', () => {
  const gates: GateRule[] = [{ rule: 'bias-within', limit: 0.5 }, improves(0), { rule: 'bias-within', limit: 0.05 }];
  expect(evaluateGates(gates, [row('ensemble', 0.4), row('champion', 0.5)]).map(({ holds }) => holds)).toEqual([true, true, false]);
  expect(evaluateGates([], [])).toEqual([]);
});
