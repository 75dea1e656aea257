import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { BadInput } from '../../../../contracts/failure.ts';
import type { Sources } from '../../../../contracts/pipeline.schema.ts';
import { counted } from '../../row-values.ts';
import { columnLetters, parseRange } from './cell-range.ts';
import { readSheetRows, type SheetRow } from './sheet-rows.ts';
import { openWorkbook, sheetEntry } from './workbook.ts';

export interface SheetAsCsv {
  /** Names in the first row with values, as they stand there; empty where it leaves a gap. */
  readonly header: readonly string[];
  /** Rows without a header: first the 1-based number of the data row (blank ones count, but are left out), then the cells. */
  readonly path: string;
}

/** Rewrites one sheet as CSV (UTF-8, commas, every field in quotes), in bounded memory. Throws `BadInput` for what is no sound workbook. */
export async function workbookToCsv({ path, uri, excel, out }: { readonly path: string; readonly uri: string; readonly excel: Sources['sales']['excel']; readonly out: string }): Promise<SheetAsCsv> {
  const range = parseRange(excel?.range, uri);
  const workbook = await openWorkbook(path, uri);
  const entry = sheetEntry(workbook, excel?.sheet);
  const file = createWriteStream(out);
  let pending: string[] = [];
  let header: { readonly row: number; readonly names: readonly string[] } | undefined;
  const take = ({ row, values }: SheetRow): void => {
    if (header === undefined) {
      header = { row, names: values };
      return;
    }
    if (values.length > header.names.length) {
      const column = columnLetters(range.firstColumn + values.length - 1);
      throw new BadInput(`${uri} row ${counted(row - header.row)}: cell ${column}${String(row)} has a value, but row ${String(header.row)} no name for its column; name it, or set excel.range (its first row names the columns)`);
    }
    const cells = header.names.map((_, i) => inQuotes(values[i] ?? ''));
    pending.push(`${String(row - header.row)},${cells.join(',')}\n`);
  };
  const flush = async (): Promise<void> => {
    if (pending.length === 0) return;
    const text = pending.join('');
    pending = [];
    if (!file.write(text)) await once(file, 'drain');
  };
  try {
    await readSheetRows(workbook, entry, range, take, flush);
  } finally {
    file.end();
    await finished(file);
  }
  if (header === undefined) throw new BadInput(`${uri}: the sheet has no values; choose another one (excel.sheet)`);
  return { header: header.names, path: out };
}

/** An empty field stays without quotes: it is no value. */
function inQuotes(text: string): string {
  return text === '' ? '' : `"${text.replaceAll('"', '""')}"`;
}
