/** Machine-checked conditions of a promotion. */

export interface GateMetrics {
  readonly model: string;
  readonly split: 'folds' | 'test';
  readonly wape: number | null;
  readonly mase: number | null;
  readonly wql: number | null;
  readonly bias: number | null;
  readonly mae: number | null;
  readonly rmse: number | null;
}

export type GateRule =
  | { readonly rule: 'improves'; readonly metric: 'wape' | 'mase' | 'wql' | 'mae' | 'rmse'; readonly atLeast: number; readonly versus: 'champion' | 'naive' }
  | { readonly rule: 'bias-within'; readonly limit: number };

export interface GateVerdict {
  readonly gate: string;
  readonly value: number | null;
  readonly threshold: number;
  readonly holds: boolean;
  readonly reason: string;
}

const percent = (x: number): string => `${(100 * x).toFixed(1)} %`;

/**
 * Evaluates gates on the untouched last horizon. `improves … versus: champion` compares with the naive forecast while the
 * pipeline has no champion. A metric that is not defined on the data never lets a gate hold.
 * @param rows must contain the candidate as model `ensemble`
 */
export function evaluateGates(gates: readonly GateRule[], rows: readonly GateMetrics[]): GateVerdict[] {
  const on = (model: string) => rows.find((row) => row.model === model && row.split === 'test');
  const candidate = on('ensemble');
  const naive = on('seasonal-naive');
  const champion = on('champion');
  const noChampion = champion === undefined ? ' (there is no champion)' : '';
  return gates.map((gate) => {
    if (gate.rule === 'bias-within') {
      const value = candidate?.bias ?? null;
      const holds = value !== null && Math.abs(value) <= gate.limit;
      return { gate: 'bias-within', value, threshold: gate.limit, holds, reason: value === null ? 'bias is not defined: nothing was sold in the last horizon' : `forecasts are ${percent(Math.abs(value))} too ${value < 0 ? 'low' : 'high'} in total; ${percent(gate.limit)} allowed` };
    }
    const versus = gate.versus === 'champion' && champion !== undefined ? champion : naive;
    const name = versus === champion && champion !== undefined ? 'the champion' : 'the naive forecast';
    const [mine, theirs] = [candidate?.[gate.metric] ?? null, versus?.[gate.metric] ?? null];
    const label = `${gate.metric} improves on ${name}`;
    if (mine === null || theirs === null || theirs === 0) {
      return { gate: label, value: null, threshold: gate.atLeast, holds: false, reason: `${gate.metric} is not defined for the candidate or ${name}` };
    }
    const value = (theirs - mine) / theirs;
    return { gate: label, value, threshold: gate.atLeast, holds: value >= gate.atLeast, reason: `${gate.metric} ${mine.toFixed(3)} against ${theirs.toFixed(3)} of ${name}${gate.versus === 'champion' ? noChampion : ''}: ${percent(Math.abs(value))} ${value < 0 ? 'worse' : 'better'}, at least ${percent(gate.atLeast)} asked` };
  });
}
