import { stripVTControlCharacters } from 'node:util';

import Table from 'cli-table3';

import type { Colors } from '../terminal.ts';

const none = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: ' ',
};

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Widest this column may be; longer cells end in `…`. */
  readonly max?: number;
}

/** A table without borders: columns two spaces apart, numbers to the right, the heading dim. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[], colors: Colors): string {
  const table = new Table({
    chars: none,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 1 },
    head: columns.map((column) => colors.dim(column.title)),
    colAligns: columns.map((column) => column.align ?? 'left'),
  });
  for (const row of rows) table.push(row.map((cell, index) => shorten(cell, columns[index]?.max)));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

export function shorten(text: string, max: number | undefined): string {
  return max === undefined || text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}

/** Name and value, one pair a line, the values under one another; long ones go on in the next line. */
export function renderPairs(pairs: readonly (readonly [string, string])[], colors: Colors, columns = 80): string {
  const width = Math.max(...pairs.map(([name]) => name.length));
  const indent = `\n${' '.repeat(width + 2)}`;
  return pairs
    .map(([name, value]) => `${colors.dim(name.padEnd(width))}  ${wrap(value, columns - width - 2).join(indent)}`)
    .join('\n');
}

/** Breaks at spaces only: a digest, an address, a name stays in one piece. Colours have no width. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && widthOf(last) + 1 + widthOf(word) <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}
