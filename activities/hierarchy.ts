import { setImmediate } from 'node:timers/promises';

import { cancellationSignal } from '@temporalio/activity';
import { BadInput } from '../contracts/failure.ts';
import type { AggregateInput, Combination, HierarchyActivities, HierarchyMembers } from '../contracts/hierarchy.ts';
import type { Frequency } from '../contracts/pipeline.schema.ts';
import type { PredictionTable } from '../contracts/prediction-table.ts';
import { fetchParts, readParts, type TablePart } from '../contracts/table-parts.ts';
import { dayOfIso, dayOfStart, periodsPerYear } from '../domain/calendar.ts';
import { cutoffStart } from '../domain/cleaning/panel-extent.ts';
import { buildHierarchy, total } from '../domain/hierarchy/hierarchy.ts';
import { nameNodes } from '../domain/hierarchy/name-nodes.ts';
import { type ArtifactStore, parquetFile, type WithScratch } from './artifact-store.ts';
import { rowsOf, weightedTable } from './prediction-rows.ts';
import { publishPart, publishParts } from './publish-table.ts';
import { reconcileTables } from './reconcile-tables.ts';
import type { StepRunner } from './step.ts';

/** Moves rows; `adapters/duckdb` satisfies it by shape. */
export interface HierarchyTables {
  panelSeries(input: { newest: string; frequency: Frequency; signal: AbortSignal }): Promise<{ series: readonly string[]; starts: readonly number[] }>;
  seriesLevels(input: {
    sales: readonly (() => Promise<string>)[]; series: readonly string[]; levels: readonly string[]; until?: number; frequency: Frequency; signal: AbortSignal;
  }): Promise<Readonly<Record<string, readonly (string | undefined)[]>>>;
  nodePart(input: { file: string; before?: string; series: readonly string[]; nodes: readonly string[]; out: string; signal: AbortSignal }): Promise<{ rows: number }>;
  pastSales(input: { panel: readonly string[]; series: readonly string[]; cutoff: string; periods: number; frequency: Frequency; signal: AbortSignal }): Promise<Float64Array>;
  readPredictions(input: { file: string }): Promise<PredictionTable>;
  writePredictionTable(input: { table: PredictionTable; out: string }): Promise<void>;
}

export interface HierarchyDeps {
  readonly tables: HierarchyTables;
  readonly artifacts: ArtifactStore;
  readonly withScratch: WithScratch;
  readonly steps: StepRunner;
}

/** Periods whose sales the top-down methods share by: a year, of hours four weeks. */
const mostPast = 672;

const count = (n: number): string => n.toLocaleString('en-GB');

/** Activities on the `data` queue that sum series up to levels, and make forecasts of all of them add up. */
export function createHierarchyActivities(deps: HierarchyDeps): HierarchyActivities {
  const { tables, artifacts, withScratch, steps } = deps;

  /** The newest value of each level for every series of the panel. */
  async function labelsOf({ snapshot, levels, frequency, cutoff }: AggregateInput, series: readonly string[]): Promise<Readonly<Record<string, readonly string[]>>> {
    const declared = [...new Set(levels.flat())].filter((level) => level !== total);
    const until = cutoff === undefined ? undefined : cutoffStart(cutoff, frequency);
    const sales = (await readParts(artifacts, snapshot.sales)).map(({ file }) => () => artifacts.fetchFile(file, cancellationSignal()));
    const found = await tables.seriesLevels({ sales, series, levels: declared, ...(until !== undefined && { until }), frequency, signal: cancellationSignal() });
    return Object.fromEntries(declared.map((level) => {
      const labels = found[level] ?? [];
      const without = series.findIndex((_, i) => labels[i] === undefined);
      if (without >= 0) {
        throw new BadInput(`series ${series[without] ?? ''} has no value of the level "${level}" in any of its rows, so it belongs nowhere in the hierarchy: fill in the column, or leave these rows out with a filter`);
      }
      return [level, labels.map((label) => label ?? '')];
    }));
  }

  async function aggregate(input: AggregateInput) {
    const { levels, frequency } = input;
    const panelParts = await readParts(artifacts, input.panel);
    const newest = panelParts.at(-1);
    if (newest === undefined) throw new BadInput('the panel is empty, so there is nothing to sum up');
    const { series, starts } = await tables.panelSeries({ newest: await artifacts.fetchFile(newest.file, cancellationSignal()), frequency, signal: cancellationSignal() });
    const labels = await labelsOf(input, series);
    const byLevel = new Map(Object.entries(labels));
    const hierarchy = buildHierarchy(levels, series.length, byLevel);
    const names = nameNodes(hierarchy, levels, byLevel);
    refuseEqualNames(names, series);
    const members: HierarchyMembers = {
      levels, series, labels,
      nodes: hierarchy.levels.map(({ name, first, count: size }) => ({ level: name, names: names.slice(first, first + size) })),
    };
    const pairs = hierarchy.levels.flatMap(({ nodeOf }) => Array.from(nodeOf, (node, i) => ({ series: series[i] ?? '', start: starts[i] ?? 0, node: names[node] ?? '' })));

    return withScratch(async (folder) => {
      const signal = cancellationSignal();
      const parts: TablePart[] = [];
      let made = 0;
      for (const [i, { from, file }] of panelParts.entries()) {
        // Series that begin after this part do not make it another.
        const next = panelParts[i + 1]?.from;
        const end = next === undefined ? undefined : dayOfIso(next);
        const begun = pairs.filter(({ start }) => end === undefined || dayOfStart(start, frequency) < end);
        const before = parts.at(-1)?.file;
        const own = { series: begun.map((pair) => pair.series), nodes: begun.map((pair) => pair.node) };
        const { value, cached } = await steps.once<TablePart>('aggregatePart', { file, ...(before && { before }), ...own }, async () => {
          const out = `${folder}/nodes-${from}.parquet`;
          const { rows } = await tables.nodePart({ file: await artifacts.fetchFile(file, signal), ...(before && { before: await artifacts.fetchFile(before, signal) }), ...own, out, signal });
          return publishPart(artifacts, 'primary', { from, rows, file: out }, signal);
        });
        parts.push(value);
        if (!cached) made += 1;
      }
      return {
        members: await artifacts.publishJson('primary', members),
        panel: await publishParts(artifacts, 'primary', parts),
        nodes: names.length, madeParts: made, parts: parts.length,
      };
    });
  }

  /** Splits that every model has; a champion is fitted again for some only. */
  async function combined({ models, weights, level }: Combination): Promise<PredictionTable> {
    const read: { model: string; table: PredictionTable }[] = [];
    for (const { model, predictions } of models) read.push({ model, table: await tables.readPredictions({ file: await artifacts.fetchFile(predictions, cancellationSignal()) }) });
    return weightedTable(read.map(({ model, table }) => ({ model, table: rowsOf(table, (split) => read.every((other) => other.table.splits.includes(split))) })), weights, level);
  }

  const essence = ({ models, weights, level }: Combination) => ({ models: models.map(({ model, predictions }) => ({ model, predictions })), weights, level });

  return {
    aggregatePanel: (input) => {
      const { context, snapshot, panel, levels, frequency, cutoff } = input;
      return steps.step(
        context,
        {
          activity: 'aggregatePanel',
          parameters: { sales: snapshot.sales, panel, levels, frequency, ...(cutoff !== undefined && { cutoff }) },
          note: ({ nodes, madeParts, parts }) => `${count(nodes)} sums of series${madeParts < parts ? `, ${madeParts} of ${parts} parts new` : ''}`,
        },
        () => aggregate(input),
      );
    },

    reconcileForecasts: ({ context, method, members: membersRef, panel, frequency, series, nodes }) =>
      steps.step(
        context,
        {
          activity: 'reconcileForecasts',
          parameters: { method, members: membersRef, panel, frequency, series: essence(series), nodes: essence(nodes) },
          note: ({ moved }) => `${method}: forecasts of series moved by ${(100 * moved).toFixed(1)} %`,
        },
        async () => {
          const members = (await artifacts.readJson(membersRef)) as HierarchyMembers;
          const own = await combined(series);
          const periods = Math.min(mostPast, periodsPerYear(frequency));
          const settled = await reconcileTables({
            series: own, nodes: await combined(nodes), members, method,
            history: async (cutoff, ids) => ({
              times: periods,
              values: await tables.pastSales({ panel: await fetchParts(artifacts, panel, cancellationSignal()), series: ids, cutoff, periods, frequency, signal: cancellationSignal() }),
            }),
            breathe: async () => {
              await setImmediate();
              cancellationSignal().throwIfAborted();
            },
          });
          const publish = (table: PredictionTable) =>
            withScratch(async (folder) => {
              const out = `${folder}/reconciled.parquet`;
              await tables.writePredictionTable({ table, out });
              return { model: 'ensemble', predictions: await artifacts.publishFile('forecasts', out, parquetFile, cancellationSignal()), files: [], parameters: {}, engine: 'forecastle' };
            });
          return { series: await publish(settled.series), nodes: await publish(settled.nodes), moved: change(own, settled.series) };
        },
      ),
  };
}

/** Nodes stand where series do: under a name of their own. */
function refuseEqualNames(names: readonly string[], series: readonly string[]): void {
  const taken = new Set(series);
  for (const name of names) {
    if (taken.has(name)) throw new BadInput(`"${name}" would be the name of two things in the hierarchy: of a level's sum, and of a series or another sum. Rename the series, or name each level once`);
    taken.add(name);
  }
}

/** Σ |new − old| / Σ |old| of the points. */
function change(before: PredictionTable, after: PredictionTable): number {
  let [moved, all] = [0, 0];
  before.yHat.forEach((value, i) => {
    moved += Math.abs((after.yHat[i] ?? 0) - value);
    all += Math.abs(value);
  });
  return all === 0 ? 0 : moved / all;
}
