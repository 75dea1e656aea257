import type { MetricRowView, RetrainResultView } from '../../contracts/http.schema.ts';
import type { MetricName } from '../../contracts/pipeline.schema.ts';
import type { Addresses } from '../stack-addresses.ts';
import type { Colors } from '../terminal.ts';
import { renderAblation } from './ablation.ts';
import { renderColdStart } from './cold-start.ts';
import { count, score, shortDigest, signed } from './figures.ts';
import { renderPairs, renderTable } from './table.ts';

const usual: readonly MetricName[] = ['wape', 'mase', 'wql', 'bias'];
/** Not an abbreviation. */
const words: readonly MetricName[] = ['bias', 'coverage'];

/** Models × {folds, test}: one line a model, the ensemble first, what it is compared with last. */
export function renderMetrics(
  rows: readonly MetricRowView[],
  colors: Colors,
  measures: readonly MetricName[] = usual,
): string {
  const models = [...new Set(rows.map((row) => row.model))].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
  const cells = (model: string, split: 'folds' | 'test'): string[] => {
    const row = rows.find((candidate) => candidate.model === model && candidate.split === split);
    return measures.map((measure) => (measure === 'bias' ? signed(row?.[measure]) : score(row?.[measure])));
  };
  const titles = measures.map((measure) => ({
    title: words.includes(measure) ? measure : measure.toUpperCase(),
    align: 'right' as const,
  }));
  const table = renderTable(
    [{ title: 'model', max: 18 }, ...titles, ...titles],
    models.map((model) => [model, ...cells(model, 'folds'), ...cells(model, 'test')]),
    colors,
  );
  const [heading = '', ...lines] = table.split('\n');
  const middle = Math.max(...models.map((model) => Math.min(model.length, 18)), 'model'.length);
  const folds = titles.map(({ title }, i) => Math.max(title.length, ...models.map((model) => cells(model, 'folds')[i]?.length ?? 0)));
  const width = folds.reduce((sum, cell) => sum + cell + 2, 0);
  return [
    colors.dim(`${' '.repeat(middle + 2)}${foldsTitle.padEnd(Math.max(width, foldsTitle.length + 2))}test (untouched)`),
    heading,
    ...lines,
  ].join('\n');
}

const foldsTitle = 'folds (mean)';

const order = ['ensemble', 'lightgbm', 'lstm', 'window-average', 'seasonal-naive', 'champion'];
function rank(model: string): number {
  const place = order.indexOf(model);
  return place === -1 ? order.length - 3 : place;
}

/** One line a level of the hierarchy: the untouched horizon, and what it was before the forecasts added up. */
export function renderLevels(levels: NonNullable<RetrainResultView['levels']>, colors: Colors): string {
  const title = (text: string) => ({ title: text, align: 'right' as const });
  return renderTable(
    [{ title: 'level (test)', max: 30 }, title('WAPE'), title('before'), title('WQL'), title('before'), title('bias'), title('before')],
    levels
      .filter(({ split }) => split === 'test')
      .map(({ level, wape, wql, bias, before }) => [
        level, score(wape), score(before.wape), score(wql), score(before.wql), signed(bias), signed(before.bias),
      ]),
    colors,
  );
}

/** What a run came to: metrics, gates, candidate, and what to do next. */
export function renderResult(
  result: RetrainResultView,
  addresses: Addresses,
  colors: Colors,
  measures?: readonly MetricName[],
): string {
  const weights = Object.entries(result.weights)
    .filter(([, weight]) => weight > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([model, weight]) => `${model} ${weight.toFixed(2)}`);
  const pairs: [string, string][] = [
    ['candidate', `version ${result.version}, ${shortDigest(result.candidate)}`],
    ['weights', weights.join(', ')],
    ['cutoff', `${result.cutoffs.final}; tested on what follows ${result.cutoffs.test}`],
    ['forecasts', `${count(result.forecastSeries)} series`],
    ...result.gates.map((gate): [string, string] => [
      'gate',
      `${gate.holds ? colors.green('✓') : colors.red('✗')} ${gate.reason}`,
    ]),
    ...proposalPairs(result, colors),
    ...addressPairs(addresses),
  ];
  const more = [
    ...(result.levels === undefined ? [] : [renderLevels(result.levels, colors)]),
    ...(result.ablation === undefined ? [] : [renderAblation(result.ablation, colors)]),
    ...(result.coldStart === undefined ? [] : [renderColdStart(result.coldStart, colors)]),
  ];
  return [renderMetrics(result.metrics, colors, measures), ...more, renderPairs(pairs, colors)].join('\n\n');
}

function proposalPairs({ proposal }: RetrainResultView, colors: Colors): [string, string][] {
  const state = `${proposal.id}, ${proposal.status}${proposal.created ? '' : ' (from an earlier run)'}`;
  if (proposal.status !== 'open') return [['proposal', state]];
  return [
    ['proposal', state],
    ['to decide', colors.bold(`npx forecastle approve ${proposal.id} --as NAME --reason "…"`)],
  ];
}

export function addressPairs(addresses: Addresses): [string, string][] {
  const pairs: [string, string][] = [];
  if (addresses.api !== undefined) pairs.push(['API', addresses.api]);
  if (addresses.temporal !== undefined) pairs.push(['Temporal UI', addresses.temporal]);
  if (addresses.mlflow !== undefined) pairs.push(['MLflow UI', addresses.mlflow]);
  return pairs;
}
