import { DuckDBInstance, type DuckDBConnection, StatementType } from '@duckdb/node-api';
import type { RowAddress } from '../../../contracts/data.ts';
import { identifier, literal, parquetFiles } from '../sql-text.ts';
import { queryReason } from './query-words.ts';

export interface SandboxedQuery {
  /** One SELECT over the table `sales`. */
  readonly query: string;
  /** Paths of the parts of a snapshot's sales table. */
  readonly sales: readonly string[];
  /** Columns that the table has, besides `file` and `row`. */
  readonly columns: readonly string[];
  readonly memoryLimitMiB: number;
  readonly threads: number;
  readonly tempFolder: string;
}

export interface BrokenRows {
  readonly broken: number;
  /** Where the query returns `file` and `row`: the first ones. */
  readonly examples: readonly RowAddress[];
}

/** What keeps a query from being run; the message is for whoever wrote it. */
export class QueryRefused extends Error {}

/**
 * Counts the rows that a query from a pipeline file returns, on an instance of its own that can read nothing but the kept rows of the
 * snapshot: no other file, no network, no extension, no setting, and nothing can be written but what DuckDB spills.
 * @throws QueryRefused when it is no single SELECT, does not fit the table or takes too much memory
 */
export async function sandboxedQuery(job: SandboxedQuery, signal?: AbortSignal): Promise<BrokenRows> {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${String(job.memoryLimitMiB)}MiB`,
    threads: String(job.threads),
    temp_directory: job.tempFolder,
    max_temp_directory_size: `${String(8 * job.memoryLimitMiB)}MiB`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  let again: NodeJS.Timeout | undefined;
  const interrupt = (): void => {
    connection.interrupt();
    // An interrupt that comes before its query has begun is lost.
    again ??= setInterval(interrupt, 50);
  };
  signal?.addEventListener('abort', interrupt);
  try {
    // What was stopped before this listened is not told again.
    signal?.throwIfAborted();
    await close(connection, job);
    return await count(connection, job.query);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof QueryRefused || !(error instanceof Error)) throw error;
    throw new QueryRefused(queryReason(error.message), { cause: error });
  } finally {
    signal?.removeEventListener('abort', interrupt);
    clearInterval(again);
    connection.closeSync();
    instance.closeSync();
  }
}

/** From here on the connection sees the view `sales` and nothing else, and no setting can be changed back. */
async function close(connection: DuckDBConnection, { sales, columns }: SandboxedQuery): Promise<void> {
  await connection.run(`SET allowed_paths = [${sales.map(literal).join(', ')}]`);
  await connection.run('SET enable_external_access = false');
  await connection.run(`CREATE VIEW sales AS SELECT ${[...columns, 'file', 'row'].map(identifier).join(', ')} FROM ${parquetFiles(sales)} WHERE kept`);
  await connection.run('SET lock_configuration = true');
}

async function count(connection: DuckDBConnection, query: string): Promise<BrokenRows> {
  const statements = await connection.extractStatements(query);
  if (statements.count !== 1) throw new QueryRefused(`it holds ${String(statements.count)} statements; write one SELECT`);
  const prepared = await statements.prepare(0);
  if (prepared.statementType !== StatementType.SELECT) throw new QueryRefused('it is no SELECT; write one that returns the rows which break the rule');
  if (prepared.parameterCount > 0) throw new QueryRefused('it has parameters; write the values out');
  const names = Array.from({ length: prepared.columnCount }, (_, i) => prepared.columnName(i));
  // The last line may end in a comment.
  const rows = `(${query.trim().replace(/;\s*$/, '')}\n) AS broken_rows`;
  const [counted] = (await connection.runAndReadAll(`SELECT count(*) AS broken FROM ${rows}`)).getRowObjectsJS();
  const broken = Number(counted?.['broken']);
  if (broken === 0 || !names.includes('file') || !names.includes('row')) return { broken, examples: [] };
  const first = (await connection.runAndReadAll(`SELECT file, row FROM ${rows} ORDER BY file, row LIMIT 5`)).getRowObjectsJS();
  return { broken, examples: first.map(({ file, row }) => ({ file: Number(file), row: Number(row) })).filter(({ file, row }) => Number.isInteger(file) && Number.isInteger(row)) };
}
