import { type CellRange, columnNumber, mostColumns, mostRows } from './cell-range.ts';
import { isoOfSerial } from './number-formats.ts';
import { plainText, readXml, type Workbook } from './workbook.ts';
import { damaged } from './zip-archive.ts';

/** A row with at least one value. */
export interface SheetRow {
  /** Counted from 1 at the top of the sheet. */
  readonly row: number;
  /** Texts by column from the range's first one on; empty where the cell is. */
  readonly values: readonly string[];
}

interface Cell {
  readonly column: number;
  readonly type: string;
  readonly style: number;
  value: string;
  formula: string;
}

const address = /^([A-Z]{1,3})(\d{1,7})$/;

/**
 * Reads the cells of a sheet within a range, a row at a time; `take` is called for each row with values, `pause` after each piece of the
 * file. Dates become ISO texts by the number format of their cell, numbers stay as the workbook writes them. A formula stands for the
 * value that was saved with it, and for itself where none was: nothing is ever computed.
 */
export async function readSheetRows(workbook: Workbook, entry: string, range: CellRange, take: (row: SheetRow) => void, pause: () => Promise<void>): Promise<void> {
  const { uri } = workbook;
  let [row, column, into] = [0, 0, undefined as 'value' | 'formula' | undefined];
  let values: string[] = [];
  let cell: Cell | undefined;
  let inPhonetic = false;
  await readXml(workbook.archive, entry, uri, {
    open(name, attribute) {
      if (name === 'row') {
        const next = Number(attribute('r') ?? row + 1);
        if (!Number.isInteger(next) || next <= row || next > mostRows) throw damaged(uri, `row ${String(next)} comes after row ${String(row)}`);
        [row, column, values] = [next, 0, []];
      } else if (name === 'c') {
        const match = address.exec(attribute('r') ?? '');
        const next = match?.[1] === undefined ? column + 1 : columnNumber(match[1]);
        if (next <= column || next > mostColumns) throw damaged(uri, `the cells of row ${String(row)} are not in order`);
        column = next;
        cell = { column, type: attribute('t') ?? 'n', style: Number(attribute('s') ?? -1), value: '', formula: '' };
      } else if (name === 'rPh') inPhonetic = true;
      else if (name === 'v' || (name === 't' && !inPhonetic)) into = 'value';
      else if (name === 'f') into = 'formula';
    },
    text(text) {
      if (cell !== undefined && into !== undefined) cell[into] += text;
    },
    close(name) {
      if (name === 'v' || name === 't' || name === 'f') into = undefined;
      else if (name === 'rPh') inPhonetic = false;
      else if (name === 'c') {
        if (cell !== undefined && column >= range.firstColumn && column <= range.lastColumn) {
          const text = textOf(cell, workbook);
          if (text !== '') {
            while (values.length < column - range.firstColumn) values.push('');
            values.push(text);
          }
        }
        cell = undefined;
      } else if (name === 'row' && values.length > 0 && row >= range.firstRow && row <= range.lastRow) take({ row, values });
    },
  }, pause);
}

function textOf({ type, style, value, formula }: Cell, { texts, kinds, from1904, uri }: Workbook): string {
  if (value === '') return formula === '' ? '' : `=${formula}`;
  switch (type) {
    case 's': {
      const text = texts[Number(value)];
      if (text === undefined) throw damaged(uri, `it has no text number ${value.slice(0, 20)}`);
      return text;
    }
    case 'b': return value === '1' ? 'true' : 'false';
    case 'n': return kinds[style] === 'date' ? (isoOfSerial(Number(value), from1904) ?? value) : value;
    case 'd': return value.replace('T', ' ');
    default: return plainText(value);
  }
}
