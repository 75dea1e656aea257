import { S3ServiceException } from '@aws-sdk/client-s3';
import pg from 'pg';

import type { ParsedEnvironment } from '../../config/config.schema.ts';
import { isExternal, switches } from '../../config/external-servers.ts';
import { externalS3, externalTemporal } from '../../config/load.ts';
import type { Config } from '../../config/load.ts';
import { externalPostgresUrl, onDatabase, withoutPassword } from '../../config/postgres-url.ts';
import { ServiceUnavailable } from '../../contracts/failure.ts';
import type { ServerName, ServiceStatus } from '../../config/stack-file.schema.ts';
import { expectBucket } from './create-bucket.ts';
import { expectHttpOk, expectTcp } from './probes.ts';
import { StackError } from './stack-error.ts';

const patienceMs = 10_000;

/**
 * Looks at a server of the user's own.
 * @returns how it is listed in the status, or undefined when this server is the embedded one
 * @throws StackError when it doesn't answer
 */
export async function checkExternal(server: ServerName, env: ParsedEnvironment): Promise<ServiceStatus | undefined> {
  if (!isExternal(server, env)) return undefined;
  const signal = AbortSignal.timeout(patienceMs);
  const { address, look } = externalServers[server](env, signal);
  try {
    await look();
  } catch (error) {
    const set = switches[server].filter((name) => env[name] !== undefined).join(', ');
    throw new StackError(
      `your own ${server} at ${address} can't be used (${reasonOf(error)}): start it, correct ${set}, or unset ${set} to use the embedded one`,
      { cause: error },
    );
  }
  return { state: 'external', url: address, restarts: 0 };
}

interface ExternalServer {
  readonly address: string;
  look(): Promise<void>;
}

const externalServers: Readonly<Record<ServerName, (env: ParsedEnvironment, signal: AbortSignal) => ExternalServer>> = {
  postgres(env) {
    const url = externalPostgresUrl(env) ?? '';
    return { address: withoutPassword(url), look: () => expectPostgres(url) };
  },
  seaweedfs(env, signal) {
    const s3 = externalS3(env);
    return { address: `${s3.endpoint ?? `s3 (${s3.region})`}, bucket ${s3.bucket}`, look: () => expectBucket(s3, signal) };
  },
  temporal(env, signal) {
    const temporal = externalTemporal(env);
    return { address: temporal.address, look: () => expectNamespace(temporal, signal) };
  },
  mlflow(env, signal) {
    const address = env.MLFLOW_TRACKING_URI ?? '';
    const login = `${env.MLFLOW_TRACKING_USERNAME ?? ''}:${env.MLFLOW_TRACKING_PASSWORD ?? ''}`;
    const headers = login === ':' ? {} : { authorization: `Basic ${Buffer.from(login).toString('base64')}` };
    return { address, look: () => expectHttpOk(`${address.replace(/\/$/, '')}/health`, signal, headers) };
  },
};

/** A port that something listens on is not yet a Temporal that takes this login and has this namespace. */
async function expectNamespace(temporal: Config['temporal'], signal: AbortSignal): Promise<void> {
  const colon = temporal.address.lastIndexOf(':');
  // gRPC says of a refused connection only that its time ran out.
  await expectTcp(temporal.address.slice(0, colon), Number(temporal.address.slice(colon + 1)), signal);
  // Loaded for this look alone: the supervisor of an embedded Temporal has no use for its client.
  const { createTemporalGateway } = await import('../../adapters/temporal/client.ts');
  const gateway = createTemporalGateway(temporal);
  const problem = await gateway.checkHealth().then(() => undefined, (error: unknown) => error);
  await gateway.close();
  if (problem instanceof ServiceUnavailable && isSilence(problem.cause)) throw new Error('what listens there does not answer as Temporal does');
  if (problem !== undefined) throw problem;
}

/** gRPC's DEADLINE_EXCEEDED, UNAVAILABLE. */
function isSilence(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 4 || cause.code === 14);
}

async function expectPostgres(url: string): Promise<void> {
  // By the maintenance database: our own may not have been made yet.
  const client = new pg.Client({ connectionString: onDatabase(url, 'postgres'), connectionTimeoutMillis: patienceMs });
  try {
    await client.connect();
    await client.query('select 1');
  } finally {
    await client.end().catch(() => undefined);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // fetch hides the reason one level down; Node's connect to several addresses hides it in a list.
  const inner = error.cause instanceof Error ? error.cause : error;
  const first = inner instanceof AggregateError ? inner.errors.at(0) : inner;
  const found = first instanceof Error ? first : inner;
  const status = found instanceof S3ServiceException ? found.$metadata.httpStatusCode : undefined;
  if (status === 404) return 'the bucket does not exist';
  if (status === 403) return 'the credentials may not use the bucket';
  return found.message || found.name;
}
