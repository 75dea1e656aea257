/** The bytes are no Thrift, or more than a footer may hold. */
export class ThriftError extends Error {}

/** Reads the compact protocol of Apache Thrift, in which Parquet writes its metadata. Every read moves on; what is not wanted must be skipped. */
export interface ThriftReader {
  /** Calls `take` with the number of each field; it must read the field's value. */
  struct(take: (field: number) => void): void;
  /** Calls `take` for each element; it must read the element. */
  list(take: () => void): void;
  /** A whole number of any width. */
  integer(): number;
  /** Passes over the value. */
  skip(): void;
}

const [stop, yes, no, byte, double, binary, list, set, map, struct] = [0, 1, 2, 3, 7, 8, 9, 10, 11, 12];
const deepest = 32;

/** @see https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md */
export function createThriftReader(bytes: Buffer): ThriftReader {
  let at = 0;
  let type = struct;
  const next = (): number => {
    const value = bytes[at];
    if (value === undefined) throw new ThriftError('it ends early');
    at += 1;
    return value;
  };
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const part = next();
      value |= BigInt(part & 0x7f) << shift;
      if (part < 0x80) return value;
    }
    throw new ThriftError('a number does not end');
  };
  const signed = (): number => {
    const value = varint();
    return Number((value >> 1n) ^ -(value & 1n));
  };
  const length = (): number => {
    const value = Number(varint());
    // Every element takes a byte at least.
    if (value > bytes.length - at) throw new ThriftError('a length goes beyond the end');
    return value;
  };
  const expect = (...wanted: readonly number[]): void => {
    if (!wanted.includes(type)) throw new ThriftError('a value has another type than expected');
  };

  function structure(take: (field: number) => void): void {
    expect(struct);
    let field = 0;
    for (;;) {
      const head = next();
      const kind = head & 0x0f;
      if (kind === stop) break;
      field = head >> 4 === 0 ? signed() : field + (head >> 4);
      type = kind;
      take(field);
    }
  }

  function elements(take: () => void): void {
    expect(list, set);
    const head = next();
    const count = head >> 4 === 15 ? length() : head >> 4;
    const kind = head & 0x0f;
    for (let i = 0; i < count; i++) {
      type = kind;
      // Within a list a truth value takes a byte of its own.
      if (kind === yes || kind === no) next();
      else take();
    }
  }

  function skip(depth: number): void {
    if (depth > deepest) throw new ThriftError('it nests too deep');
    const kind = type;
    if (kind === yes || kind === no) return;
    if (kind === byte) next();
    else if (kind > byte && kind < double) varint();
    else if (kind === double) at += 8;
    else if (kind === binary) {
      const size = length();
      at += size;
    } else if (kind === list || kind === set) elements(() => skip(depth + 1));
    else if (kind === map) skipMap(depth);
    else if (kind === struct) structure(() => skip(depth + 1));
    else throw new ThriftError('a value has an unknown type');
  }

  function skipMap(depth: number): void {
    const count = length();
    if (count === 0) return;
    const kinds = next();
    for (let i = 0; i < count; i++) {
      for (const kind of [kinds >> 4, kinds & 0x0f]) {
        type = kind;
        if (kind === yes || kind === no) next();
        else skip(depth + 1);
      }
    }
  }

  return {
    struct: structure,
    list: elements,
    integer() {
      if (type === byte) return (next() << 24) >> 24;
      expect(4, 5, 6);
      return signed();
    },
    skip: () => skip(0),
  };
}
