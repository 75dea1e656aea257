import { addPeriods, dayOfIso } from '../../../domain/calendar.ts';
import { dateOf, type PanelRow } from './some-panel.ts';

/** Weekly features of one origin, computed one by one from the rows up to it: slow, and easy to check by eye. NaN where undefined. */
export function referenceFeatures(panel: readonly PanelRow[], series: string, origin: number, horizon: number): Map<string, number> {
  const known = panel.filter((row) => row.t <= origin);
  const own = known.filter((row) => row.series === series).sort((a, b) => a.t - b.t);
  const y = own.map((row) => row.y);
  const out = new Map<string, number>();
  for (let k = 0; k < 16; k += 1) out.set(`lag_${k}`, y.at(-1 - k) ?? NaN);
  for (const w of [4, 8, 13, 26]) {
    const last = y.slice(-w);
    out.set(`mean_${w}`, mean(last));
    out.set(`std_${w}`, last.length < 2 ? NaN : Math.sqrt(last.reduce((sum, v) => sum + (v - mean(last)) ** 2, 0) / (last.length - 1)));
    out.set(`max_${w}`, Math.max(...last));
    out.set(`zero_share_${w}`, last.filter((v) => v === 0).length / last.length);
  }
  const weights = y.slice(-16).toReversed().map((value, k) => ({ value, weight: 0.7 ** k }));
  out.set('ewm', weights.reduce((sum, { value, weight }) => sum + value * weight, 0) / weights.reduce((sum, { weight }) => sum + weight, 0));
  out.set('momentum', ratio(y.at(-1) ?? NaN, mean(y.slice(-4))));
  out.set('trend', ratio(mean(y.slice(-4)), mean(y.slice(-13))));
  for (const [name, values] of [['lines', own.map((r) => r.lines)], ['largest', own.map((r) => r.largest)]] as const) {
    out.set(`${name}_0`, values.at(-1) ?? NaN);
    for (const w of [4, 13]) out.set(`${name}_${w}`, mean(values.slice(-w)));
  }
  out.set('mean_all', mean(y));
  out.set('age', y.length - 1);
  out.set('since_sale', y.some((v) => v > 0) ? y.length - 1 - y.findLastIndex((v) => v > 0) : NaN);
  const prices = own.slice(-13).flatMap((row) => row.price ?? []);
  const price = own.at(-1)?.price ?? NaN;
  out.set('price_log', Math.log(price));
  out.set('price_relative', price / mean(prices));
  const first = Math.min(...panel.map((row) => row.t));
  const market = Array.from({ length: origin - first + 1 }, (_, i) => known.filter((row) => row.t === first + i).reduce((sum, row) => sum + row.y, 0));
  for (let k = 0; k < 4; k += 1) out.set(`market_${k}`, ratio(market.at(-1 - k) ?? NaN, mean(market.slice(-13))));
  out.set('market_ratio', ratio(mean(market.slice(-4)), mean(market.slice(-17, -4))));
  out.set('share', ratio(sum(y.slice(-4)), sum(market.slice(-4))));
  const monday = dayOfIso(dateOf(origin)) ?? NaN;
  for (let h = 1; h <= horizon; h += 1) {
    const thursday = new Date((addPeriods(monday, h, 'week') + 3) * 86_400_000);
    const dayOfYear = (thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / 86_400_000 + 1;
    out.set(`season_sin_${h}`, Math.sin((2 * Math.PI * dayOfYear) / 365.25));
    out.set(`season_cos_${h}`, Math.cos((2 * Math.PI * dayOfYear) / 365.25));
    out.set(`last_year_${h}`, own.find((row) => row.t === origin + h - 52)?.y ?? NaN);
    const target = panel.find((row) => row.series === series && row.t === origin + h);
    out.set(`y_${h}`, target?.y ?? NaN);
    out.set(`a_${h}`, target?.yRaw ?? NaN);
  }
  return out;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const ratio = (a: number, b: number): number => (b === 0 ? NaN : a / b);
