import { numberIn, textIn } from '../row-values.ts';
import type { Cell, Row, Session } from '../session.ts';
import { identifier } from '../sql-text.ts';

export interface ColumnSummary {
  readonly name: string;
  readonly type: string;
  /** Share of rows without a value (NULL or NaN), 0 … 1. */
  readonly nullShare: number;
  /** Smallest and largest value as text. */
  readonly min?: string;
  readonly max?: string;
  readonly approxDistinct: number;
}

export interface TableSummary {
  readonly rows: number;
  readonly columns: readonly ColumnSummary[];
  /** For a sales table: totals of the kept target in 24 equal spans of time. */
  readonly totals?: readonly number[];
}

const bins = 24;

/** What a Parquet file holds. */
export async function describeTable(session: Session, { file }: { readonly file: string }): Promise<TableSummary> {
  const described = await session.rows('DESCRIBE SELECT * FROM read_parquet($file)', { file });
  const columns = described.map((row) => ({ name: textIn(row, 'column_name'), type: textIn(row, 'column_type') }));
  const parts = columns.flatMap(({ name, type }, i) => {
    const n = String(i);
    // Trainers' files write "missing" as NaN.
    const column = type === 'FLOAT' || type === 'DOUBLE' ? `CASE WHEN isnan(${identifier(name)}) THEN NULL ELSE ${identifier(name)} END` : identifier(name);
    const ordered = !/[[(]/.test(type) && type !== 'BOOLEAN';
    return [`count(${column}) AS filled_${n}`, `approx_count_distinct(${column}) AS distinct_${n}`,
      ...(ordered ? [`CAST(min(${column}) AS VARCHAR) AS min_${n}`, `CAST(max(${column}) AS VARCHAR) AS max_${n}`] : [])];
  });
  const facts = await session.row(`SELECT count(*) AS rows, ${parts.join(', ')} FROM read_parquet($file)`, { file });
  const rows = numberIn(facts, 'rows');
  const isSales = ['time', 'target', 'kept'].every((name) => columns.some((column) => column.name === name));
  return { rows, columns: columns.map(({ name, type }, i) => summary(facts, rows, { name, type, i: String(i) })), ...(isSales && { totals: await totals(session, file) }) };
}

function summary(facts: Row, rows: number, { name, type, i }: { name: string; type: string; i: string }): ColumnSummary {
  const limit = (key: 'min' | 'max'): Partial<Record<'min' | 'max', string>> => {
    const value: Cell | undefined = facts[`${key}_${i}`];
    return typeof value === 'string' ? { [key]: value } : {};
  };
  return {
    name, type, nullShare: rows === 0 ? 0 : 1 - numberIn(facts, `filled_${i}`) / rows, ...limit('min'), ...limit('max'), approxDistinct: numberIn(facts, `distinct_${i}`),
  };
}

async function totals(session: Session, file: string): Promise<readonly number[]> {
  const rows = await session.rows(
    `WITH kept AS (SELECT epoch(time) AS moment, target FROM read_parquet($file) WHERE kept AND target IS NOT NULL),
          span AS (SELECT min(moment) AS low, greatest(max(moment) - min(moment), 1) AS width FROM kept)
     SELECT least(${String(bins - 1)}, CAST(floor(${String(bins)} * (moment - low) / width) AS INTEGER)) AS bin, CAST(sum(CAST(target AS DECIMAL(38, 6))) AS DOUBLE) AS total
     FROM kept, span GROUP BY bin`, { file });
  const result = Array.from({ length: bins }, () => 0);
  for (const row of rows) result[numberIn(row, 'bin')] = numberIn(row, 'total');
  return result;
}
