import type { Parameter, Parameters } from './session.ts';

/** A name of the user's (column, table) as an SQL identifier. The only place where such names meet SQL. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as an SQL literal, for the statements that take no bound parameters (the target file of COPY). */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Collects bound parameters while SQL is put together: `add(5)` gives `$p1`. */
export interface Binder {
  add(value: Parameter): string;
  readonly values: Parameters;
}

export function createBinder(): Binder {
  const values: Record<string, Parameter> = {};
  return {
    values,
    add(value) {
      const name = `p${String(Object.keys(values).length + 1)}`;
      values[name] = value;
      return `$${name}`;
    },
  };
}

/** Sums of doubles depend on the order of addition, and threads change it; sums of decimals do not. Values keep six decimals. */
export function exactSum(expression: string): string {
  return `CAST(sum(CAST(${expression} AS DECIMAL(38, 6))) AS DOUBLE)`;
}

/** Table expression of Parquet files, which are ours: their paths come from the artifact store. Parts are read in their order. */
export function parquetFiles(paths: readonly string[]): string {
  return `read_parquet([${paths.map(literal).join(', ')}])`;
}
