import type { HierarchyMembers } from '../contracts/hierarchy.ts';
import type { LevelScores, MetricRow } from '../contracts/modelling.ts';
import type { PredictionTable, SeriesScales } from '../contracts/prediction-table.ts';
import { metricRows } from './metric-rows.ts';
import { takeRows } from './prediction-rows.ts';

interface ScoredLevels {
  readonly named: HierarchyMembers['nodes'];
  readonly after: PredictionTable;
  readonly before: PredictionTable;
  readonly scales: ReadonlyMap<string, SeriesScales | undefined>;
  readonly minHistory: number;
}

/** Scores of each level's nodes, as `metricRows` takes them: on the folds, and on the untouched last horizon. */
export function levelScores({ named, after, before, scales, minHistory }: ScoredLevels): LevelScores[] {
  return named.flatMap(({ level, names }) => {
    const wanted = new Set(names);
    const rows = (table: PredictionTable): MetricRow[] => metricRows(level, ofSeries(table, wanted), scales, minHistory);
    const earlier = rows(before);
    return rows(after).map(({ split, wape, wql, bias }) => {
      const was = earlier.find((row) => row.split === split);
      return { level, split, wape, wql, bias, before: { wape: was?.wape ?? null, wql: was?.wql ?? null, bias: was?.bias ?? null } };
    });
  });
}

function ofSeries(table: PredictionTable, wanted: ReadonlySet<string>): PredictionTable {
  const isWanted = table.series.map((id) => wanted.has(id));
  return takeRows(table, Uint32Array.from(table.seriesIndex.keys()).filter((row) => isWanted[table.seriesIndex[row] ?? -1] === true));
}
