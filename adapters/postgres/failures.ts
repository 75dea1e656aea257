import { BadInput, Conflict, PipelineError, ServiceUnavailable } from '../../contracts/failure.ts';

/** `host:port/database` of a connection string: never the password. */
export function placeOf(connectionString: string): string {
  let url: URL;
  try {
    url = new URL(connectionString);
  } catch (cause) {
    throw new BadInput('the PostgreSQL address is not understood: write it as postgres://user:password@host:5432/database', { cause });
  }
  const host = url.searchParams.get('host') ?? (url.hostname === '' ? 'localhost' : url.hostname);
  return `${host}:${url.port === '' ? '5432' : url.port}${url.pathname}`;
}

const unreachable = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EPIPE', 'ENOENT', 'EACCES']);
/** The driver has no codes for these. */
const lostConnection = /Connection terminated|timeout exceeded when trying to connect|timeout expired|not queryable|Connection ended|connection timeout/i;

/** What the driver threw, as one line: what, where, what to do. Failures of our own and unknown ones pass unchanged. */
export function translateFailure(error: unknown, place: string): unknown {
  if (error instanceof PipelineError || !(error instanceof Error)) return error;
  const options = { cause: error };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const said = error.message === '' ? code : error.message;
  if (unreachable.has(code) || code.startsWith('08') || lostConnection.test(said)) {
    return new ServiceUnavailable(`PostgreSQL at ${place} does not answer (${said}): start it with \`npx forecastle up\`, or check DATABASE_URL`, options);
  }
  switch (code) {
    case '28P01':
    case '28000':
      return new ServiceUnavailable(`PostgreSQL at ${place} refuses the login (${said}): check the user and password in DATABASE_URL or PGUSER and PGPASSWORD`, options);
    case '3D000':
      return new ServiceUnavailable(`PostgreSQL at ${place}: ${said}: create it, or name another one in DATABASE_URL`, options);
    case '42P01':
    case '42703':
      return new ServiceUnavailable(`PostgreSQL at ${place} lacks our tables (${said}): run \`npx forecastle up\`, which migrates the database`, options);
    case '53300':
      return new ServiceUnavailable(`PostgreSQL at ${place} has no connection left (${said}): raise max_connections or start fewer workers`, options);
    case '57P01':
    case '57P02':
    case '57P03':
      return new ServiceUnavailable(`PostgreSQL at ${place} is stopping or starting (${said}): try again in a moment`, options);
    case '40001':
    case '40P01':
    case '55P03':
      return new ServiceUnavailable(`PostgreSQL at ${place} was busy with rivals for the same rows (${said}): try again`, options);
    case '23505':
      return new Conflict(`PostgreSQL at ${place} holds this already: ${detailOf(error) ?? said}`, options);
    case '23001':
      return new Conflict(`PostgreSQL at ${place} refuses this: ${said}`, options);
    case '22007':
    case '22008':
      return new BadInput(`a time is not understood (${said}): write it as 2011-12-09T00:00:00Z`, options);
    case '22021':
    case '22P05':
      return new BadInput(`a text holds a character that PostgreSQL can't store (${said}): take out control characters such as NUL`, options);
    default:
      return error;
  }
}

/** Which row it is about, where PostgreSQL says so. */
function detailOf(error: Error): string | undefined {
  const [table, detail] = [Reflect.get(error, 'table') as unknown, Reflect.get(error, 'detail') as unknown];
  return typeof detail === 'string' ? `table ${String(table)}, ${detail.replace(/\.$/, '')}` : undefined;
}
