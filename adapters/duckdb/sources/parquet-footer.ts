import { open } from 'node:fs/promises';
import { BadInput } from '../../../contracts/failure.ts';
import { createThriftReader, type ThriftReader, ThriftError } from './thrift-reader.ts';

export interface ParquetClaims {
  readonly rows: number;
  readonly columns: number;
  /** Bytes that all pages together say to expand to. */
  readonly expanded: number;
}

const longestFooter = 256 << 20;
const deepest = 64;
const mostElements = 100_000;
/** A row group of a million equal rows takes some 300 bytes in the footer alone: no real table packs more than this into a byte. */
const mostRowsPerByte = 10_000;
const freeExpansion = 1 << 30;
const mostTimes = 10_000;

/**
 * Reads what a Parquet file says of itself, before DuckDB believes it. Throws `BadInput` for a damaged footer, for columns that nest deeper
 * than 64 levels (DuckDB's reader calls itself for each), and for claims that no real table of that size can make.
 */
export async function checkParquet(path: string, uri: string): Promise<ParquetClaims> {
  const { footer, size } = await readFooter(path, uri);
  let claims: ParquetClaims;
  try {
    claims = readFileMetaData(createThriftReader(footer));
  } catch (error) {
    if (error instanceof ThriftError) throw damaged(uri, error);
    throw error;
  }
  const of = `in ${size.toLocaleString('en-US')} bytes`;
  if (claims.rows < 0 || claims.expanded < 0) throw damaged(uri);
  if (claims.rows > mostRowsPerByte * size) throw new BadInput(`${uri}: the Parquet file claims ${claims.rows.toLocaleString('en-US')} rows ${of}, as no real table does; export it again`);
  if (claims.expanded > Math.max(freeExpansion, size * mostTimes)) throw new BadInput(`${uri}: the Parquet file claims to expand to ${Math.round(claims.expanded / (1 << 20)).toLocaleString('en-US')} MiB ${of}, as no real table does; export it again`);
  return claims;
}

function damaged(uri: string, cause?: unknown): BadInput {
  return new BadInput(`${uri}: the Parquet file is damaged; export it again`, { cause });
}

async function readFooter(path: string, uri: string): Promise<{ readonly footer: Buffer; readonly size: number }> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size < 12) throw damaged(uri);
    const { buffer: end } = await file.read(Buffer.alloc(8), 0, 8, size - 8);
    const magic = end.toString('latin1', 4);
    if (magic === 'PARE') throw new BadInput(`${uri}: the Parquet file is encrypted; export it without encryption`);
    const length = end.readUInt32LE(0);
    if (magic !== 'PAR1' || length > size - 12) throw damaged(uri);
    if (length > longestFooter) throw new BadInput(`${uri}: the footer of the Parquet file takes more than ${String(longestFooter >> 20)} MiB; export it in fewer row groups`);
    return { footer: (await file.read(Buffer.alloc(length), 0, length, size - 8 - length)).buffer, size };
  } finally {
    await file.close();
  }
}

/** FileMetaData of parquet.thrift: 2 schema, 3 num_rows, 4 row_groups. */
function readFileMetaData(reader: ThriftReader): ParquetClaims {
  let [rows, columns, expanded, groupRows] = [0, 0, 0, 0];
  reader.struct((field) => {
    if (field === 2) columns = readSchema(reader);
    else if (field === 3) rows = reader.integer();
    else if (field === 4) reader.list(() => {
      const group = readRowGroup(reader);
      expanded += group.expanded;
      groupRows += group.rows;
    });
    else reader.skip();
  });
  // DuckDB counts by the groups; whichever is larger is what may have to be read.
  return { rows: Math.max(rows, groupRows), columns, expanded };
}

/** SchemaElement: 5 num_children. The list is the tree, depth first. */
function readSchema(reader: ThriftReader): number {
  const open: number[] = [];
  let leaves = 0;
  let elements = 0;
  reader.list(() => {
    let children = 0;
    reader.struct((field) => {
      if (field === 5) children = reader.integer();
      else reader.skip();
    });
    elements += 1;
    if (elements > mostElements) throw new ThriftError(`more than ${String(mostElements)} columns`);
    const parent = open.at(-1);
    if (parent !== undefined) open[open.length - 1] = parent - 1;
    if (children > 0) open.push(children);
    else leaves += 1;
    while (open.at(-1) === 0) open.pop();
    if (open.length > deepest) throw new ThriftError(`columns nest deeper than ${String(deepest)} levels`);
  });
  return leaves;
}

/** RowGroup: 1 columns, 2 total_byte_size, 3 num_rows; ColumnChunk: 3 meta_data; ColumnMetaData: 5 num_values, 6 total_uncompressed_size. */
function readRowGroup(reader: ThriftReader): { readonly rows: number; readonly expanded: number } {
  let [rows, expanded] = [0, 0];
  reader.struct((field) => {
    if (field === 3) rows = reader.integer();
    else if (field === 1) reader.list(() => {
      reader.struct((part) => {
        if (part !== 3) reader.skip();
        else reader.struct((fact) => {
          if (fact === 6) expanded += reader.integer();
          else reader.skip();
        });
      });
    });
    else reader.skip();
  });
  return { rows, expanded };
}
