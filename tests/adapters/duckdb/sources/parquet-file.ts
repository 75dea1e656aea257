const varint = (value: number): number[] => {
  const bytes: number[] = [];
  let rest = BigInt(value);
  do {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return bytes;
};
const integer = (value: number): number[] => varint(value * 2);
const list = (count: number): number[] => (count < 15 ? [(count << 4) | 12] : [0xfc, ...varint(count)]);

/** SchemaElement: type (leaves), repetition, name, children (groups). */
function element(name: string, children?: number): Buffer {
  const text = [...Buffer.from(name)];
  const head = children === undefined ? [0x15, ...integer(1), 0x25, ...integer(0)] : [0x35, ...integer(0)];
  return Buffer.from([...head, 0x18, ...varint(text.length), ...text, ...(children === undefined ? [] : [0x15, ...integer(children)]), 0]);
}

export interface Claims {
  readonly rows?: number;
  /** `total_uncompressed_size` of the only column. */
  readonly expanded?: number;
  /** Groups within each other. */
  readonly depth?: number;
  /** Elements that the list of the schema says to have. */
  readonly elements?: number;
}

/** A Parquet file of a footer only: well-formed, and a lie. */
export function parquetClaiming({ rows = 1, expanded, depth = 0, elements }: Claims): Buffer {
  const schema = [element('root', 1), ...Array.from({ length: depth }, () => element('g', 1)), element('a')];
  // ColumnChunk { 3: ColumnMetaData { 6: total_uncompressed_size } } in RowGroup { 1: columns, 3: num_rows }.
  const column = [0x3c, 0x66, ...integer(expanded ?? 0), 0, 0];
  const groups = expanded === undefined ? [0x19, ...list(0)] : [0x19, ...list(1), 0x19, ...list(1), ...column, 0x26, ...integer(rows), 0];
  const footer = Buffer.concat([Buffer.from([0x15, ...integer(1), 0x19, ...list(elements ?? schema.length)]), ...schema, Buffer.from([0x16, ...integer(rows), ...groups, 0])]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return Buffer.concat([Buffer.from('PAR1'), footer, length, Buffer.from('PAR1')]);
}
