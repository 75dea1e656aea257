import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sources } from '../../../contracts/pipeline.schema.ts';
import { identifier, literal } from '../sql-text.ts';
import { namedColumns } from './csv-header.ts';
import { workbookToCsv } from './excel/workbook-to-csv.ts';
import { textColumns } from './open-csv.ts';
import type { Opened } from './open-source.ts';
import { readablePath } from './readable-path.ts';

/** One sheet of a workbook, by way of a CSV file of our own. Every column is text; dates are written in ISO 8601. */
export async function openExcel({ path, uri, excel, scratch, name }: {
  readonly path: string; readonly uri: string; readonly excel: Sources['sales']['excel']; readonly scratch: string; readonly name: string;
}): Promise<Opened> {
  await mkdir(scratch, { recursive: true });
  const sheet = await workbookToCsv({ path, uri, excel, out: join(scratch, `${name}.sheet`) });
  const names = namedColumns(sheet.header, uri);
  let row = 'row';
  while (names.some((column) => column.toLowerCase() === row)) row += '_';
  return {
    relation: `read_csv($path, header = false, auto_detect = false, columns = {${literal(row)}: 'BIGINT', ${textColumns(names)}}, delim = ',', quote = '"', escape = '"', new_line = '\\n', strict_mode = true, compression = 'none', hive_partitioning = false)`,
    rowNumber: identifier(row),
    parameters: { path: await readablePath(sheet.path, scratch, name) },
    columns: names.map((column) => ({ name: column, type: 'VARCHAR' })),
  };
}
