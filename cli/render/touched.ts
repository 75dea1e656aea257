import type { TouchedView } from '../../contracts/http-snapshots.schema.ts';
import type { Colors } from '../terminal.ts';
import { compact, count, percent, shortDigest } from './figures.ts';
import { renderPairs, renderTable } from './table.ts';

/** What cleaning touched: how many cells by rule, then the cells asked for. */
export function renderTouched({ snapshot, runId, cells, rules, touched }: TouchedView, colors: Colors, columns: number): string {
  const sum = rules.reduce((total, rule) => total + rule.cells, 0);
  const head = renderPairs(
    [
      ['snapshot', shortDigest(snapshot)],
      ['run', runId],
      ['touched', `${count(sum)} of ${count(cells)} cells (${percent(cells === 0 ? 0 : sum / cells)}); actuals that score stay as they were sold`],
    ],
    colors,
    columns,
  );
  if (rules.length === 0) return `${head}\n\nno cell was touched`;
  const byRule = renderTable(
    [{ title: 'rule' }, { title: 'cells', align: 'right' }, { title: 'what it did', max: columns - 26 }],
    rules.map(({ rule, cells: hit, reason }) => [rule, count(hit), reason]),
    colors,
  );
  if (touched.length === 0) return `${head}\n\n${byRule}`;
  const list = renderTable(
    [{ title: 'series', max: Math.max(20, columns - 56) }, { title: 'period' }, { title: 'sold', align: 'right' }, { title: 'used', align: 'right' }, { title: 'rule' }],
    touched.map(({ series, period, sold, used, rule }) => [series, period, compact(sold), compact(used), rule]),
    colors,
  );
  return `${head}\n\n${byRule}\n\n${list}\n${colors.dim(`the first ${count(touched.length)}; --limit shows more, --rule and --series others`)}`;
}
