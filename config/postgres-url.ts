import type { ParsedEnvironment } from './config.schema.ts';

/** The name of our own database where the address doesn't say; MLflow's and Optuna's lie beside it. */
export const mainDatabase = 'forecastle';

/** The user's own PostgreSQL, from `DATABASE_URL` or else from `PG*`; undefined when neither is set. */
export function externalPostgresUrl(env: ParsedEnvironment): string | undefined {
  if (env.DATABASE_URL !== undefined) {
    const url = new URL(env.DATABASE_URL);
    if (url.pathname === '' || url.pathname === '/') url.pathname = `/${mainDatabase}`;
    return url.href;
  }
  if (env.PGHOST === undefined) return undefined;
  // A PGHOST that is a folder means a Unix socket, which an address can only carry as a parameter.
  const isSocket = env.PGHOST.startsWith('/');
  const url = new URL(`postgres://${isSocket ? 'localhost' : env.PGHOST}:${env.PGPORT ?? 5432}/${env.PGDATABASE ?? mainDatabase}`);
  url.username = encodeURIComponent(env.PGUSER ?? 'postgres');
  url.password = encodeURIComponent(env.PGPASSWORD ?? '');
  if (isSocket) url.searchParams.set('host', env.PGHOST);
  if (env.PGSSLMODE !== undefined) url.searchParams.set('sslmode', env.PGSSLMODE);
  return url.href;
}

/** The embedded PostgreSQL. */
export function embeddedPostgresUrl(port: number, password: string): string {
  return `postgres://${mainDatabase}:${encodeURIComponent(password)}@127.0.0.1:${port}/${mainDatabase}`;
}

/** The same server and login, another database. */
export function onDatabase(postgresUrl: string, database: string): string {
  const url = new URL(postgresUrl);
  url.pathname = `/${database}`;
  return url.href;
}

/** As SQLAlchemy (MLflow, Optuna) wants it: the driver in the scheme. */
export function sqlAlchemyUrl(postgresUrl: string, database: string): string {
  return onDatabase(postgresUrl, database).replace(/^postgres(ql)?:/, 'postgresql+psycopg2:');
}

/** For messages and status: who and where, without the password. */
export function withoutPassword(address: string): string {
  const url = new URL(address);
  url.password = '';
  return url.href;
}
