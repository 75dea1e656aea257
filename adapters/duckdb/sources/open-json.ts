import { BadInput } from '../../../contracts/failure.ts';
import type { Session } from '../session.ts';
import { textIn } from '../row-values.ts';
import { namedColumns } from './csv-header.ts';
import { hasByteOrderMark } from './file-format.ts';
import { jsonShapeOf } from './json-shape.ts';
import { type TextToOpen, textColumns } from './open-csv.ts';
import type { Opened } from './open-source.ts';
import { reading } from './read-refusals.ts';
import { readablePath } from './readable-path.ts';
import { plainUtf8 } from './text-encoding.ts';

const mostKeys = 20_000;

/**
 * JSON records, one after the other or in an array. The keys of all records are the columns, in the order in which they first appear; every
 * value is text (numbers as they stand, nested values as JSON), so that it is read by the same rules as a cell of a CSV file.
 */
export async function openJson(session: Session, { path, uri, scratch, name }: TextToOpen): Promise<Opened> {
  // DuckDB refuses the mark. By this name the standard decoder takes it off.
  const unmarked = (await hasByteOrderMark(path))
    ? await plainUtf8({ path, uri, encoding: 'unicode-1-1-utf-8', isCompressed: false, compressedBytes: 0, folder: scratch, name: `${name}.unmarked` })
    : path;
  const format = await jsonShapeOf(unmarked, uri);
  const readable = await readablePath(unmarked, scratch, name);
  const options = `format = '${format}', compression = 'uncompressed', hive_partitioning = false`;
  const keys = await reading(uri, () => session.rows(
    `SELECT key FROM (
       SELECT key, min(n) AS n, min(i) AS i FROM (
         SELECT n, unnest(keys) AS key, unnest(range(len(keys))) AS i
         FROM (SELECT row_number() OVER () AS n, json_keys(json) AS keys FROM read_json_objects($path, ${options}))
       ) GROUP BY key
     ) ORDER BY n, i, key LIMIT ${String(mostKeys + 1)}`,
    { path: readable },
  ));
  if (keys.length > mostKeys) throw new BadInput(`${uri}: the records have more than ${mostKeys.toLocaleString('en-US')} different keys; write the data as values, not as keys`);
  if (keys.length === 0) throw new BadInput(`${uri}: the file holds no records with keys, like {"sku": "A", "units": 3}; export it again`);
  const names = namedColumns(keys.map((row) => textIn(row, 'key')), uri);
  return {
    relation: `read_json($path, columns = {${textColumns(names)}}, ${options})`,
    rowNumber: 'row_number() OVER ()',
    parameters: { path: readable },
    columns: names.map((column) => ({ name: column, type: 'VARCHAR' })),
  };
}
