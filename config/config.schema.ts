import { z } from 'zod';

import { ConfigurationError } from './configuration-error.ts';

const port = z.coerce.number({ error: 'is not a port: set a number from 1 to 65535' })
  .int('is not a port: set a whole number').min(1, 'is not a port: set 1 to 65535').max(65_535, 'is not a port: set 1 to 65535');
const count = (what: string) => z.coerce.number({ error: `is not ${what}: set a whole number` })
  .int(`is not ${what}: set a whole number`).positive(`is not ${what}: set 1 or more`);
const flag = z.enum(['true', 'false', '1', '0', 'yes', 'no'], { error: 'is neither true nor false' })
  .transform((text) => text === 'true' || text === '1' || text === 'yes');
const webAddress = z.url({ protocol: /^https?$/, error: 'is not an address: write it as http://host:port' });
const databaseUrl = z.url({ protocol: /^postgres(ql)?$/, error: 'is not an address: write it as postgres://user:password@host:5432/database' });
const hostAndPort = z.string().regex(/^[^\s/]+:\d+$/, 'is not an address: write it as host:port, such as temporal.example.com:7233');
const text = z.string();

/** Every variable that is read, and nothing that isn't. `.env.example` says what each is for. */
export const environmentSchema = z.object({
  FORECASTLE_STATE: text, FORECASTLE_TOOLCHAIN: text, FORECASTLE_MODELS: text, FORECASTLE_FFMPEG: text, FORECASTLE_USER: text,
  FORECASTLE_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error'], { error: 'is not a level: set debug, info, warn or error' }),
  DATABASE_URL: databaseUrl, PGHOST: text, PGPORT: port, PGUSER: text, PGPASSWORD: text, PGDATABASE: text, PGSSLMODE: text,
  AWS_ENDPOINT_URL_S3: webAddress, FORECASTLE_BUCKET: text, AWS_REGION: text, AWS_DEFAULT_REGION: text,
  AWS_ACCESS_KEY_ID: text, AWS_SECRET_ACCESS_KEY: text, AWS_SESSION_TOKEN: text,
  TEMPORAL_ADDRESS: hostAndPort, TEMPORAL_NAMESPACE: text, TEMPORAL_API_KEY: text, TEMPORAL_TLS: flag,
  MLFLOW_TRACKING_URI: webAddress, MLFLOW_TRACKING_USERNAME: text, MLFLOW_TRACKING_PASSWORD: text,
  OPENLINEAGE_URL: webAddress, OPENLINEAGE_API_KEY: text, OPENLINEAGE_ENDPOINT: text, OPENLINEAGE_NAMESPACE: text,
  FORECASTLE_API_HOST: text, FORECASTLE_API_PORT: port, FORECASTLE_API_KEY: z.string().min(16, 'is too short: set 16 characters or more'),
  FORECASTLE_POSTGRES_PORT: port, FORECASTLE_S3_PORT: port, FORECASTLE_TEMPORAL_PORT: port, FORECASTLE_TEMPORAL_UI_PORT: port,
  FORECASTLE_MLFLOW_PORT: port,
  FORECASTLE_DUCKDB_MEMORY_MIB: count('an amount of memory'), FORECASTLE_DUCKDB_THREADS: count('a number of threads'),
  FORECASTLE_HTTP_SOURCES: text, FORECASTLE_POSTGRES_SOURCES: text, FORECASTLE_SOURCE_ROOTS: text,
  FORECASTLE_SOURCE_MAX_MIB: count('a size'), FORECASTLE_SOURCE_TIMEOUT_SECONDS: count('a number of seconds'),
  FORECASTLE_TENSORFLOW: z.enum(['wasm', 'node', 'node-gpu'], { error: 'is no TensorFlow.js engine: set wasm, node or node-gpu' }),
  FORECASTLE_HUB: z.enum(['on', 'off'], { error: 'is neither on nor off' }), HF_ENDPOINT: webAddress,
}).partial();

export type ParsedEnvironment = z.infer<typeof environmentSchema>;

const secretNames = /KEY|TOKEN|PASSWORD|SECRET|DATABASE_URL/;

/**
 * Empty values count as unset, as in a `.env` file whose line was left blank.
 * @throws ConfigurationError that names the first variable that can't be understood
 */
export function parseEnvironment(env: Readonly<Record<string, string | undefined>>): ParsedEnvironment {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const result = environmentSchema.safeParse(present);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const name = String(issue?.path[0] ?? 'environment');
  const shown = secretNames.test(name) ? '' : `="${String(present[name])}"`;
  throw new ConfigurationError(`environment variable ${name}${shown} ${issue?.message ?? 'is not understood'}`);
}
