import { existsSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';

import { isRunning } from '../infra/local/process-identity.ts';
import { toolchainDirOf, toolchainPaths } from '../infra/toolchain/paths.ts';
import { parseEnvironment } from './config.schema.ts';
import type { ParsedEnvironment } from './config.schema.ts';
import { ConfigurationError } from './configuration-error.ts';
import { isExternal, switches } from './external-servers.ts';
import { embeddedPostgresUrl, externalPostgresUrl } from './postgres-url.ts';
import { type SourceLimits, sourceLimits } from './source-limits.ts';
import { secretsFileSchema } from './secrets-file.schema.ts';
import type { Secrets } from './secrets-file.schema.ts';
import { readJsonFile, readStackFile, serverNames } from './stack-file.schema.ts';
import type { ServerName, StackFile } from './stack-file.schema.ts';
import { stateDirOf, stateFiles } from './state-folder.ts';

/** Everything a process needs to know about its surroundings; parsed once, passed down. */
export interface Config {
  readonly stateDir: string;
  readonly toolchainDir: string;
  readonly modelsDir: string;
  /** A path, or `ffmpeg` where the one on the PATH has to do. */
  readonly ffmpeg: string;
  readonly scratchDir: string;
  readonly temporal: { readonly address: string; readonly namespace: string; readonly apiKey?: string; readonly tls?: boolean };
  readonly s3: {
    readonly endpoint?: string;
    readonly region: string;
    readonly bucket: string;
    /** Absent keys mean the AWS SDK's own chain: profiles, instance roles. */
    readonly accessKeyId?: string;
    readonly secretAccessKey?: string;
    readonly sessionToken?: string;
  };
  readonly postgres: { readonly url: string };
  readonly mlflow: { readonly trackingUri: string; readonly username?: string; readonly password?: string };
  /** Where lineage events are sent on to; absent: nowhere. */
  readonly openlineage?: { readonly url: string; readonly path?: string; readonly apiKey?: string; readonly namespace: string };
  readonly api: { readonly host: string; readonly port: number; readonly url: string; readonly key: string };
  readonly lightgbm: { readonly library: string };
  readonly duckdb: { readonly memoryLimitMiB: number; readonly threads: number };
  readonly sources: SourceLimits & { readonly postgresExtension: string };
  readonly hub: { readonly allowRemote: boolean; readonly endpoint?: string };
  /** What the workers say; what they do is in Temporal and in the tables. */
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
}

/** The bucket of the embedded store, and the default one of a store of the user's own. */
export const defaultBucket = 'forecastle';
/** The region where nothing says another; the embedded store takes any. */
export const defaultRegion = 'us-east-1';
/** Nobody but this machine reaches the API unless somebody asks for it. */
export const defaultApiHost = '127.0.0.1';

/**
 * What the environment says; what it leaves unset comes from the running embedded stack.
 * @throws ConfigurationError with one line when a needed server is neither named nor running
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const parsed = parseEnvironment(env);
  const stateDir = stateDirOf(env);
  const toolchainDir = toolchainDirOf(env);
  const tools = toolchainPaths(toolchainDir);
  const stack = createStackReader(stateDir, parsed);
  const postgresUrl = externalPostgresUrl(parsed) ?? embeddedPostgresUrl(stack.port('postgres'), stack.secrets().postgresPassword);
  return {
    stateDir,
    toolchainDir,
    modelsDir: parsed.FORECASTLE_MODELS ? resolve(parsed.FORECASTLE_MODELS) : tools.modelsDir,
    ffmpeg: parsed.FORECASTLE_FFMPEG ?? (existsSync(tools.ffmpeg) ? tools.ffmpeg : 'ffmpeg'),
    scratchDir: join(stateDir, 'scratch'),
    temporal: temporalOf(parsed, parsed.TEMPORAL_ADDRESS ?? `127.0.0.1:${stack.port('temporal')}`),
    s3: isExternal('seaweedfs', parsed) ? externalS3(parsed) : embeddedS3(stack),
    postgres: { url: postgresUrl },
    mlflow: mlflowOf(parsed, stack),
    ...(parsed.OPENLINEAGE_URL !== undefined && { openlineage: openlineageOf(parsed, parsed.OPENLINEAGE_URL) }),
    api: apiOf(parsed, stack),
    lightgbm: { library: tools.lightgbmLibrary },
    duckdb: {
      memoryLimitMiB: parsed.FORECASTLE_DUCKDB_MEMORY_MIB ?? 2048,
      threads: parsed.FORECASTLE_DUCKDB_THREADS ?? availableParallelism(),
    },
    sources: { ...sourceLimits(parsed, env), postgresExtension: join(tools.duckdbExtensionsDir, 'postgres_scanner.duckdb_extension') },
    hub: {
      allowRemote: parsed.FORECASTLE_HUB === undefined ? parsed.HF_ENDPOINT !== undefined : parsed.FORECASTLE_HUB === 'on',
      ...(parsed.HF_ENDPOINT !== undefined && { endpoint: parsed.HF_ENDPOINT }),
    },
    logLevel: parsed.FORECASTLE_LOG_LEVEL ?? 'warn',
  };
}

/** The Temporal of the user's own. */
export function externalTemporal(env: ParsedEnvironment): Config['temporal'] {
  return temporalOf(env, env.TEMPORAL_ADDRESS ?? '');
}

function temporalOf(env: ParsedEnvironment, address: string): Config['temporal'] {
  return {
    address,
    namespace: env.TEMPORAL_NAMESPACE ?? 'default',
    ...(env.TEMPORAL_API_KEY !== undefined && { apiKey: env.TEMPORAL_API_KEY }),
    ...(env.TEMPORAL_TLS !== undefined && { tls: env.TEMPORAL_TLS }),
  };
}

/** The object store of the user's own. */
export function externalS3(env: ParsedEnvironment): Config['s3'] {
  return {
    ...(env.AWS_ENDPOINT_URL_S3 !== undefined && { endpoint: env.AWS_ENDPOINT_URL_S3 }),
    region: env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? defaultRegion,
    bucket: env.FORECASTLE_BUCKET ?? defaultBucket,
    ...(env.AWS_ACCESS_KEY_ID !== undefined && { accessKeyId: env.AWS_ACCESS_KEY_ID }),
    ...(env.AWS_SECRET_ACCESS_KEY !== undefined && { secretAccessKey: env.AWS_SECRET_ACCESS_KEY }),
    ...(env.AWS_SESSION_TOKEN !== undefined && { sessionToken: env.AWS_SESSION_TOKEN }),
  };
}

function embeddedS3(stack: StackReader): Config['s3'] {
  const { s3AccessKeyId, s3SecretAccessKey } = stack.secrets();
  return {
    endpoint: `http://127.0.0.1:${stack.port('seaweedfs')}`,
    region: defaultRegion,
    bucket: defaultBucket,
    accessKeyId: s3AccessKeyId,
    secretAccessKey: s3SecretAccessKey,
  };
}

function mlflowOf(env: ParsedEnvironment, stack: StackReader): Config['mlflow'] {
  if (env.MLFLOW_TRACKING_URI === undefined) return { trackingUri: `http://127.0.0.1:${stack.port('mlflow')}` };
  return {
    trackingUri: env.MLFLOW_TRACKING_URI,
    ...(env.MLFLOW_TRACKING_USERNAME !== undefined && { username: env.MLFLOW_TRACKING_USERNAME }),
    ...(env.MLFLOW_TRACKING_PASSWORD !== undefined && { password: env.MLFLOW_TRACKING_PASSWORD }),
  };
}

function openlineageOf(env: ParsedEnvironment, url: string): NonNullable<Config['openlineage']> {
  return {
    url,
    namespace: env.OPENLINEAGE_NAMESPACE ?? 'forecastle',
    ...(env.OPENLINEAGE_ENDPOINT !== undefined && { path: env.OPENLINEAGE_ENDPOINT }),
    ...(env.OPENLINEAGE_API_KEY !== undefined && { apiKey: env.OPENLINEAGE_API_KEY }),
  };
}

function apiOf(env: ParsedEnvironment, stack: StackReader): Config['api'] {
  const host = env.FORECASTLE_API_HOST ?? defaultApiHost;
  const port = env.FORECASTLE_API_PORT ?? stack.apiPort();
  return { host, port, url: urlOf(host, port), key: env.FORECASTLE_API_KEY ?? stack.secrets().apiKey };
}

/** Where a server that listens on `host` is reached from this machine. */
export function urlOf(host: string, port: number): string {
  // An address to listen on everywhere is no address to call.
  const reachableAt = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${isIPv6(reachableAt) ? `[${reachableAt}]` : reachableAt}:${port}`;
}

interface StackReader {
  port(service: ServerName): number;
  apiPort(): number;
  secrets(): Secrets;
}

/** Reads the state folder on first need only: with every server the user's own there may be none. */
function createStackReader(stateDir: string, env: ParsedEnvironment): StackReader {
  const files = stateFiles(stateDir);
  let cached: StackFile | undefined;
  function stack(): StackFile {
    cached ??= runningStack(readStackFile(files.stack));
    if (cached === undefined) throw notUp(env);
    return cached;
  }
  return {
    port(service) {
      const status = stack().services[service];
      if (status?.port !== undefined && status.state !== 'external') return status.port;
      throw new ConfigurationError(
        status?.state === 'external'
          ? `the stack runs with your own ${service}: set ${switches[service].join(' or ')} here as it was set for \`npx forecastle up\``
          : `the running stack has no ${service}: run \`npx forecastle down\` and \`npx forecastle up\``,
      );
    },
    apiPort() {
      const onlyOwnServers = serverNames.every((name) => isExternal(name, env));
      if (onlyOwnServers && runningStack(readStackFile(files.stack)) === undefined) return 8080;
      return stack().services.api?.port ?? 8080;
    },
    secrets() {
      const secrets = readJsonFile(files.secrets, secretsFileSchema);
      if (secrets !== undefined) return secrets;
      if (serverNames.every((name) => isExternal(name, env))) {
        throw new ConfigurationError('the API has no key: set FORECASTLE_API_KEY (16 characters or more)');
      }
      throw notUp(env);
    },
  };
}

function runningStack(stack: StackFile | undefined): StackFile | undefined {
  if (stack === undefined || stack.state === 'stopped') return undefined;
  return isRunning(stack.supervisor) ? stack : undefined;
}

function notUp(env: ParsedEnvironment): ConfigurationError {
  const missing = serverNames.filter((name) => !isExternal(name, env)).map((name) => switches[name].join(' or '));
  return new ConfigurationError(`the stack is not up: run \`npx forecastle up\`, or set ${missing.join(', ')} to use servers of your own`);
}
