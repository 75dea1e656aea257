import { cancellationSignal } from '@temporalio/activity';
import type { ArtifactRef } from '../contracts/artifacts.ts';
import { BadInput, Conflict } from '../contracts/failure.ts';
import type { HierarchyMembers } from '../contracts/hierarchy.ts';
import type { EvaluateInput, EvaluationActivities, ModelForecasts } from '../contracts/modelling.ts';
import { fetchParts } from '../contracts/table-parts.ts';
import type { PredictionTable, SeriesScales } from '../contracts/prediction-table.ts';
import { combine, weightSelection } from '../domain/ensemble.ts';
import { levelFactor } from '../domain/level-factor.ts';
import { type ArtifactStore, parquetFile, type WithScratch } from './artifact-store.ts';
import { inPieces } from './in-pieces.ts';
import { levelScores } from './level-scores.ts';
import { metricRows } from './metric-rows.ts';
import { joinTables, rowsOf, weightedTable } from './prediction-rows.ts';
import type { StepRunner } from './step.ts';

export interface PredictionTables {
  readPredictions(input: { file: string }): Promise<PredictionTable>;
  writePredictionTable(input: { table: PredictionTable; out: string }): Promise<void>;
  writeForecasts(input: { table: PredictionTable; split: string; out: string }): Promise<{ series: number }>;
  seasonalScales(input: { panel: readonly string[]; cutoffs: readonly string[]; season: number }): Promise<readonly SeriesScales[]>;
}

export interface EvaluationDeps {
  readonly tables: PredictionTables;
  readonly artifacts: ArtifactStore;
  readonly withScratch: WithScratch;
  readonly steps: StepRunner;
}

/** Activities on the `data` queue that weigh, combine and score forecasts. */
export function createEvaluationActivities({ tables, artifacts, withScratch, steps }: EvaluationDeps): EvaluationActivities {
  const read = async (ref: ArtifactRef) => tables.readPredictions({ file: await artifacts.fetchFile(ref, cancellationSignal()) });
  const readAll = (members: readonly ModelForecasts[]) => Promise.all(members.map(async ({ model, predictions }) => ({ model, table: await read(predictions) })));

  const scalesAt = async (panel: ArtifactRef, cutoffs: readonly string[]): Promise<ReadonlyMap<string, SeriesScales | undefined>> => {
    const scales = await tables.seasonalScales({ panel: await fetchParts(artifacts, panel, cancellationSignal()), cutoffs, season: 1 });
    return new Map(cutoffs.map((cutoff, i) => [cutoff, scales[i]]));
  };

  /** The nodes' forecasts, how many of them are served, and the scores of every level. */
  async function levelsAbove({ members, panel, nodes, before }: NonNullable<EvaluateInput['hierarchy']>, series: PredictionTable, scales: Awaited<ReturnType<typeof scalesAt>>, minHistory: number) {
    const named = ((await artifacts.readJson(members)) as HierarchyMembers).nodes;
    const table = await read(nodes.predictions);
    const ofNodes = await scalesAt(panel, [...scales.keys()]);
    const levels = [
      ...levelScores({ named, after: table, before: await read(before.nodes.predictions), scales: ofNodes, minHistory }),
      ...levelScores({ named: [{ level: 'series', names: series.series }], after: series, before: await read(before.series.predictions), scales, minHistory }),
    ];
    const final = table.splits.indexOf('final');
    return { nodes: table, levels, served: new Set(table.seriesIndex.filter((_, row) => table.splitIndex[row] === final)).size };
  }

  return {
    buildEnsemble: ({ context, members, quantiles }) =>
      steps.step(
        context,
        {
          activity: 'buildEnsemble',
          parameters: { members: members.map(({ model, predictions }) => ({ model, predictions })), quantiles },
          note: ({ weights, level }) => [...Object.entries(weights).filter(([, w]) => w > 0).map(([name, w]) => `${name} ${w.toFixed(2)}`), `level × ${level.toFixed(2)}`].join(', '),
        },
        async () => {
          const read = await readAll(members);
          // The rolling-origin folds are the only rows that may teach the weights.
          const outOfFold = read.map(({ model, table }) => ({ model, table: rowsOf(table, (split) => split.startsWith('fold-')) }));
          const actual = outOfFold[0]?.table.actual ?? new Float64Array();
          const weights = await inPieces(weightSelection(actual, outOfFold.map(({ model, table }) => ({ name: model, quantiles: table.quantiles })), quantiles), cancellationSignal());
          const level = levelFactor(actual, combine(outOfFold.map(({ model, table }) => ({ name: model, values: table.yHat })), weights));
          const predictions = await withScratch(async (folder) => {
            const out = `${folder}/ensemble.parquet`;
            await tables.writePredictionTable({ table: weightedTable(read, weights, level), out });
            return artifacts.publishFile('forecasts', out, parquetFile, cancellationSignal());
          });
          return { weights, level, forecasts: { model: 'ensemble', predictions, files: [], parameters: {}, engine: 'forecastle' } };
        },
      ),

    evaluateModels: ({ context, panel, models, ensemble, champion, minHistory, quantiles, weights, level, hierarchy }) =>
      steps.step(
        context,
        {
          activity: 'evaluateModels',
          parameters: {
            panel,
            models: [...models, ensemble].map(({ model, predictions }) => ({ model, predictions })),
            ...(champion && { champion: { weights: champion.weights, level: champion.level, members: champion.members.map(({ model, predictions }) => ({ model, predictions })) } }),
            minHistory,
            quantiles,
            ...(hierarchy && { hierarchy: { members: hierarchy.members, panel: hierarchy.panel, nodes: hierarchy.nodes.predictions, before: [hierarchy.before.series.predictions, hierarchy.before.nodes.predictions] } }),
          },
          note: ({ rows, forecastSeries }) => {
            const best = rows.find(({ model, split }) => model === 'ensemble' && split === 'test');
            return `ensemble WAPE ${best?.wape?.toFixed(3) ?? '–'} on the last horizon, ${forecastSeries.toLocaleString('en-GB')} series`;
          },
        },
        () =>
          withScratch(async (folder) => {
            const read = await readAll([...models, ensemble]);
            if (champion) {
              // Its learners were refitted for the test horizon alone; forecasts of other splits come with models that both have.
              const members = (await readAll(champion.members)).map(({ model, table }) => ({ model, table: rowsOf(table, (split) => split === 'test') }));
              read.push({ model: 'champion', table: weightedTable(members, champion.weights, champion.level) });
            }
            const cutoffs = [...new Set(read.flatMap(({ table }) => table.cutoffs.filter((_, i) => table.splits[i] !== 'final')))].sort();
            const scales = await scalesAt(panel, cutoffs);
            const rows = read.flatMap(({ model, table }) => metricRows(model, table, scales, minHistory));
            if (rows.every(({ wape, mase }) => wape === null && mase === null)) {
              throw new BadInput(`no series that is ${minHistory} periods old sold anything in the back-tests, so no model can be scored: lower cleaning.minHistory, or use a longer history`);
            }
            const final = read.find(({ model }) => model === 'ensemble');
            if (final === undefined) throw new Conflict('the ensemble has no forecasts to serve');
            const out = `${folder}/forecasts.parquet`;
            const above = hierarchy && (await levelsAbove(hierarchy, final.table, scales, minHistory));
            const served = above ? joinTables(final.table, above.nodes) : final.table;
            const { series } = await tables.writeForecasts({ table: served, split: 'final', out });
            const levels = above?.levels;
            return {
              report: await artifacts.publishJson('reports', { rows, weights, level, minHistory, quantiles, ...(levels && { levels }) }),
              rows,
              ...(levels && { levels }),
              forecasts: await artifacts.publishFile('forecasts', out, parquetFile, cancellationSignal()),
              forecastSeries: series - (above?.served ?? 0),
            };
          }),
      ),
  };
}
