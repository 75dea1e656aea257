import { BadInput } from '../../../contracts/failure.ts';
import type { PostgresAccess, PostgresSettings } from './places.ts';

export interface PostgresConnection {
  /** Parts of libpq's connection string that are no secrets. */
  readonly options: string;
  /** Fields of DuckDB's secret. */
  readonly secret: Readonly<Record<string, string>>;
  readonly extension: string;
  readonly timeoutSeconds: number;
}

const tlsModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'];

/**
 * Takes `postgres://host:5432/database?sslmode=require` apart. Throws `BadInput` for a password in it, which would be stored with the
 * pipeline file, for a server that the workers don't allow, and for a variable that isn't set.
 */
export function postgresAddress({ uri, settings, access }: { readonly uri: string; readonly settings: PostgresSettings; readonly access: PostgresAccess | undefined }): PostgresConnection {
  let url: URL;
  try {
    url = new URL(uri);
  } catch (error) {
    throw new BadInput('the address of a PostgreSQL source can\'t be understood; write it as postgres://host:5432/database', { cause: error });
  }
  if (url.password !== '' || url.searchParams.has('password')) {
    throw new BadInput(`postgres://${url.host}${url.pathname}: the address holds a password, which would be stored with the pipeline file; take it out, and name a variable of the workers in postgres.passwordFrom`);
  }
  const database = decodeURIComponent(url.pathname.slice(1));
  if (url.hostname === '' || database === '') throw new BadInput(`${uri}: write the address as postgres://host:5432/database`);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? '5432' : url.port;
  if (access?.hosts.some((allowed) => allowed === host || allowed === `${host}:${port}`) !== true) {
    throw new BadInput(`${uri}: databases on ${host} may not be read; let the workers' FORECASTLE_POSTGRES_SOURCES name ${host}:${port}`);
  }
  const tls = url.searchParams.get('sslmode') ?? 'prefer';
  const unknown = [...url.searchParams.keys()].find((name) => name !== 'sslmode');
  if (unknown !== undefined || !tlsModes.includes(tls)) throw new BadInput(`${uri}: the address may say sslmode (${tlsModes.join(', ')}) and nothing else`);

  const named = (name: string, role: string): string => {
    const value = access.secret(name);
    if (value === undefined || value === '') throw new BadInput(`${uri}: postgres.${role} names ${name}, which the workers' environment does not have; set it there`);
    return value;
  };
  const user = settings.userFrom === undefined ? decodeURIComponent(url.username) || access.secret('PGUSER') : named(settings.userFrom, 'userFrom');
  const password = settings.passwordFrom === undefined ? access.secret('PGPASSWORD') : named(settings.passwordFrom, 'passwordFrom');
  return {
    options: `sslmode=${tls}`,
    secret: { HOST: host, PORT: port, DATABASE: database, ...(user !== undefined && user !== '' && { USER: user }), ...(password !== undefined && password !== '' && { PASSWORD: password }) },
    extension: access.extension,
    timeoutSeconds: access.timeoutSeconds,
  };
}
