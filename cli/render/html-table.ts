import { escapeHtml } from './html-page.ts';

export interface HtmlColumn {
  readonly title: string;
  readonly align?: 'right';
  /** Takes the whole width where rows are cards. */
  readonly isWide?: boolean;
  /** Cells are finished HTML. */
  readonly isHtml?: boolean;
  /** Cells hold bars. */
  readonly isBar?: boolean;
}

/**
 * A table whose first cells name the rows. On a narrow screen its rows become cards; the roles keep it a table for those who listen, since
 * `display` takes them away.
 */
export function htmlTable(caption: string, columns: readonly HtmlColumn[], rows: readonly (readonly string[])[]): string {
  const head = columns.map(({ title, align }) => `<th scope="col" role="columnheader"${align === undefined ? '' : ' class="n"'}>${escapeHtml(title)}</th>`).join('');
  const body = rows.map((row) => `<tr role="row">${row.map((cell, i) => cellHtml(cell, columns[i], i)).join('')}</tr>`).join('\n');
  return `<table class="stack" role="table"><caption>${escapeHtml(caption)}</caption><thead role="rowgroup"><tr role="row">${head}</tr></thead>\n<tbody role="rowgroup">${body}</tbody></table>`;
}

function cellHtml(cell: string, column: HtmlColumn | undefined, index: number): string {
  const content = column?.isHtml === true || column?.isBar === true ? cell : escapeHtml(cell);
  if (index === 0) return `<th scope="row" role="rowheader">${content}</th>`;
  const classes = [column?.align === 'right' ? 'n' : '', column?.isWide === true ? 'wide' : '', column?.isBar === true ? 'bars' : ''].filter((name) => name !== '').join(' ');
  return `<td role="cell"${classes === '' ? '' : ` class="${classes}"`} data-label="${escapeHtml(column?.title ?? '')}">${content}</td>`;
}

/** A bar for a cell: decoration, since the figure stands beside it. @param share 0 … 1 of the cell's width */
export function barCell(share: number): string {
  return `<span class="bar" aria-hidden="true" style="width:${(Math.max(0, Math.min(1, share)) * 100).toFixed(1)}%"></span>`;
}

/** Names with their figures as a grid of cards. Values are finished HTML. */
export function factsHtml(pairs: readonly (readonly [string, string])[], className = 'facts'): string {
  return `<dl class="${className}">${pairs.map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${value}</dd></div>`).join('')}</dl>`;
}
