import pc from 'picocolors';

import { score, signed } from '../cli/render/figures.ts';
import { renderTable } from '../cli/render/table.ts';
import type { Scores } from './score-forecasts.ts';

/** What others reach on this protocol, as published with it: means of the three origins on 2 cores. Not run here. */
export const publishedPeers: readonly { readonly name: string; readonly wape: number; readonly wql?: number; readonly cpuSeconds?: number }[] = [
  { name: 'naive', wape: 0.783, wql: 0.704 },
  { name: 'AutoMLForecast, 20 Optuna trials', wape: 0.656 },
  { name: 'plain average', wape: 0.644 },
  { name: 'statsforecast ensemble (AutoETS, Theta, Croston)', wape: 0.627, wql: 0.538 },
  { name: 'mlforecast + LightGBM, direct quantiles', wape: 0.602, wql: 0.497, cpuSeconds: 45 },
  { name: 'mlforecast + LightGBM, L1', wape: 0.595 },
  { name: 'mlforecast + LightGBM, log1p', wape: 0.594 },
];

const colors = pc.createColors(process.stdout.isTTY === true && !process.env['NO_COLOR']);
const right = (title: string) => ({ title, align: 'right' as const });

/** One table: a model a line. */
export function renderScores(title: string, models: Readonly<Record<string, Scores>>): string {
  const rows = Object.entries(models).map(([model, { wape, wql, mase, bias }]) => [model, score(wape), score(wql), score(mase), signed(bias)]);
  return renderTable([{ title }, right('WAPE'), right('WQL'), right('MASE'), right('bias')], rows, colors);
}

export function renderPeers(): string {
  const rows = publishedPeers.map(({ name, wape, wql }) => [name, score(wape), score(wql)]);
  return renderTable([{ title: 'published with the protocol, mean of its origins' }, right('WAPE'), right('WQL')], rows, colors);
}
