import { setImmediate } from 'node:timers/promises';

import { cancellationSignal } from '@temporalio/activity';
import type { AblationActivities, AblationInput, AblationResult, AblationRow, OmitColumnsInput } from '../contracts/ablation.ts';
import type { ArtifactRef } from '../contracts/artifacts.ts';
import { BadInput } from '../contracts/failure.ts';
import type { FeatureSpec } from '../contracts/features.ts';
import type { PredictionTable } from '../contracts/prediction-table.ts';
import { type Gain, measureGain } from '../domain/ablation/measure-gain.ts';
import { omitGroups } from '../domain/ablation/omit-groups.ts';
import type { PairedMetric } from '../domain/ablation/paired-losses.ts';
import { matrixColumns } from '../domain/features/matrix-columns.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { inPieces } from './in-pieces.ts';
import { foldsOf, pairForecasts } from './paired-forecasts.ts';
import type { StepRunner } from './step.ts';

export interface AblationDeps {
  readonly tables: { readPredictions(input: { readonly file: string; readonly signal: AbortSignal }): Promise<PredictionTable> };
  readonly artifacts: ArtifactStore;
  readonly steps: StepRunner;
}

const resamples = 1_000;
const metrics: readonly PairedMetric[] = ['wql', 'wape'];

/** Activities on the `data` queue that tell what each modality adds. */
export function createAblationActivities({ tables, artifacts, steps }: AblationDeps): AblationActivities {
  const read = async (ref: ArtifactRef): Promise<PredictionTable> => {
    const signal = cancellationSignal();
    const folds = foldsOf(await tables.readPredictions({ file: await artifacts.fetchFile(ref, signal), signal }));
    // Each of these takes a part of a second for ten thousands of series; heartbeats go out in between.
    await setImmediate();
    return folds;
  };

  async function measure({ full, reduced, quantiles, seed }: Omit<AblationInput, 'context'>): Promise<AblationResult> {
    const whole = await read(full.predictions);
    const rows: AblationRow[] = [];
    let series = 0;
    for (const { without, columns, forecasts } of reduced) {
      const paired = pairForecasts(whole, await read(forecasts.predictions), { without, quantiles });
      await setImmediate();
      for (const metric of metrics) {
        if (metric === 'wql' && (paired.full.levels.length === 0 || paired.full.levels.length !== paired.reduced.levels.length)) continue;
        const gain = await inPieces(measureGain(paired, metric, { resamples, seed }), cancellationSignal());
        if (gain === undefined) throw new BadInput(`nothing was sold in the folds of the back-test, so what ${without} adds can't be measured: leave out evaluate.ablation, or use fewer folds or a longer history`);
        series = Math.max(series, gain.series);
        rows.push({ without, columns, metric, full: gain.full, reduced: gain.reduced, gain: gain.gain, low: gain.low, high: gain.high });
      }
    }
    return { report: await artifacts.publishJson('reports', { rows, model: full.model, series, resamples }), rows };
  }

  return {
    async omitColumns({ features, groups }: OmitColumnsInput) {
      const spec = (await artifacts.readJson(features.spec)) as FeatureSpec;
      const fewer = omitGroups(spec, groups);
      const columns = matrixColumns(spec).length - matrixColumns(fewer).length;
      if (columns === 0) return { features, columns };
      if (fewer.shared.length === 0 && fewer.perStep.length === 0) throw new BadInput(`without ${groups.join(', ')} no column is left to learn from`);
      return { features: { ...features, spec: await artifacts.publishJson('features', fewer), columns: features.columns - columns }, columns };
    },

    measureAblation: ({ context, full, reduced, quantiles, seed }) =>
      steps.step(
        context,
        {
          activity: 'measureAblation',
          parameters: {
            full: { model: full.model, predictions: full.predictions },
            reduced: reduced.map(({ without, columns, forecasts }) => ({ without, columns, predictions: forecasts.predictions })),
            quantiles, seed,
          },
          note: ({ rows }) => noteOf(rows),
        },
        () => measure({ full, reduced, quantiles, seed }),
      ),
  };
}

/** `text +1.8 % (0.4 … 3.1), image -0.2 % (-1.0 … 0.7)`: gains in WQL, in WAPE where there are no quantiles. */
function noteOf(rows: readonly AblationRow[]): string {
  const metric: PairedMetric = rows.some((row) => row.metric === 'wql') ? 'wql' : 'wape';
  const share = (value: number): string => (100 * value).toFixed(1);
  const parts = rows.filter((row) => row.metric === metric).map(({ without, gain, low, high }: AblationRow & Pick<Gain, 'gain'>) => `${without} ${gain > 0 ? '+' : ''}${share(gain)} % (${share(low)} … ${share(high)})`);
  return parts.length === 0 ? 'nothing to leave out' : `${metric.toUpperCase()}: ${parts.join(', ')}`;
}
