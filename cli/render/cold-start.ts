import type { ColdStartRow } from '../../contracts/cold-start.ts';
import type { Colors } from '../terminal.ts';
import { count, score, signed } from './figures.ts';
import { renderTable } from './table.ts';

/** With fewer, one product decides. */
const fewestLaunches = 10;

/** How well launches of products without history were forecast, one line a method, and in a sentence what the analogues gain. Empty without rows. */
export function renderColdStart(rows: readonly ColdStartRow[], colors: Colors): string {
  const launches = rows[0]?.products ?? 0;
  if (rows.length === 0) return '';
  if (launches === 0) return 'cold start: no product was launched that earlier launches could tell of';
  const right = (title: string) => ({ title, align: 'right' as const });
  const table = renderTable(
    [{ title: 'cold start', max: 18 }, right('launches'), right('WAPE'), right('WQL'), right('bias')],
    rows.map(({ method, products, wape, wql, bias }) => [method, count(products), score(wape), score(wql), signed(bias)]),
    colors,
  );
  return `${table}\n\n${sentence(rows, colors)}`;
}

function sentence(rows: readonly ColdStartRow[], colors: Colors): string {
  const of = (method: string): number | null => rows.find((row) => row.method === method)?.wql ?? null;
  const [mine, average] = [of('analogues'), of('category-average')];
  if (mine === null || average === null || average === 0) return colors.dim('nothing was sold: no gain can be told');
  const share = `${(100 * Math.abs(1 - mine / average)).toFixed(1)} %`;
  if ((rows[0]?.products ?? 0) < fewestLaunches) return `analogues: ${colors.dim(`too few launches to tell; ${String(fewestLaunches)} say something`)}`;
  if (share === '0.0 %') return `analogues: ${colors.dim('as good as the average of the category')}`;
  return `analogues: WQL ${share} ${mine < average ? colors.green('better') : colors.red('worse')} than the average of the category; the report has its 95 % interval and names them`;
}
