import { beforeEach, describe, expect, test } from 'vitest';

import { createTrainingActivities, type OpenMatrix } from '../../activities/training.ts';
import type { FitFoldInput } from '../../contracts/modelling.ts';
import type { FitOutcome } from '../../contracts/training.ts';
import { at, attempt, surroundings, useFolder } from './surroundings.ts';

const folder = useFolder();
let given: ReturnType<typeof surroundings>;
let fits: number;
beforeEach(() => {
  given = surroundings(folder());
  fits = 0;
});

const ref = (sha256: string) => ({ uri: `s3://tests/${sha256}`, sha256, bytes: 1, mediaType: 'text/plain' });
const fold: FitFoldInput = {
  context: at('search:lstm'), family: 'lstm', parameters: {}, seed: 7, fold: { name: 'fold-1', cutoff: '2024-09-02' }, trial: 0, quantiles: [],
  features: { table: ref('table'), spec: ref('spec'), cutoffs: { folds: ['2024-09-02'], test: '2024-11-25', final: '2024-12-23' }, rows: 3, series: 3, columns: 9 },
};

/** Scores `forecasts` of three series, two steps each, against what was sold. */
function fitFold({ sold, forecasts }: { sold: { a_1: number[]; a_2: number[] }; forecasts: number[] }) {
  const open: OpenMatrix = {
    matrix: { folder: '', rows: 3, columns: [], seriesIds: ['A', 'B', 'C'], spec: { frequency: 'week', horizon: 2, shared: [], perStep: [], sequence: [], statics: [] } },
    column: (name) => Float32Array.from(name === 'a_1' ? sold.a_1 : sold.a_2),
    rowsAt: () => Uint32Array.of(0, 1, 2),
  };
  const fit = async (): Promise<FitOutcome> => {
    fits += 1;
    return { predictedRows: 3, modelFiles: [], curves: {}, trainedRows: 9, engine: 'test' };
  };
  const activities = createTrainingActivities({
    matrices: { open: async () => open }, trainers: { lightgbm: { fit }, lstm: { fit } },
    tables: { writePredictions: async () => undefined }, floats: { read: async () => Float32Array.from(forecasts), write: async () => undefined },
    artifacts: given.artifacts, withScratch: given.withScratch, steps: given.steps, threads: 1,
  });
  return attempt(() => activities.fitFold(fold));
}

describe('a fold of a trial', () => {
  const sold = { a_1: [10, 0, NaN], a_2: [20, 10, NaN] };

  test('is scored by WAPE on the rows whose sales are known', async () => {
    expect(await fitFold({ sold, forecasts: [11, 18, 1, 10, 999, NaN] })).toMatchObject({ wape: 4 / 40, cached: false });
  });

  test.each([NaN, Infinity])('has no score, rather than no trial, when a forecast is %s; and this is remembered', async (broken) => {
    expect(await fitFold({ sold, forecasts: [11, broken, 1, 10, 1, 1] })).toMatchObject({ wape: null, cached: false });
    expect(await fitFold({ sold, forecasts: [] })).toMatchObject({ wape: null, cached: true });
    expect(fits).toBe(1);
  });

  test.each<[string, number[]]>([['nothing was sold', [0, 0, NaN]], ['no sales are known', [NaN, NaN, NaN]]])('is refused in one line when %s, whatever was forecast', async (_, none) => {
    const message = expect.stringMatching(/^nothing was sold in the 2 periods after 2024-09-02, so fold-1 can't be scored/) as string;
    for (const value of [1, NaN]) await expect(fitFold({ sold: { a_1: none, a_2: none }, forecasts: Array<number>(6).fill(value) })).rejects.toMatchObject({ code: 'BadInput', message });
  });
});
