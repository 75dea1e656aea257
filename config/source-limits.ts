import { delimiter, resolve } from 'node:path';

import type { ParsedEnvironment } from './config.schema.ts';

/** What the workers let pipeline files read. */
export interface SourceLimits {
  /** `host` or `host:port` of web servers and of S3 stores other than our own. None unless somebody says so. */
  readonly httpHosts: readonly string[];
  readonly postgresHosts: readonly string[];
  /** Folders that local sources must lie in; anywhere when empty. */
  readonly roots: readonly string[];
  readonly maxBytes: number;
  readonly timeoutSeconds: number;
  /** Value of a variable that a pipeline file names for a login; never one of our own secrets. */
  secret(name: string): string | undefined;
}

/** Secrets of the servers that we work with: no pipeline file may have them sent anywhere. */
const ownSecrets = /^(FORECASTLE_|TEMPORAL_|MLFLOW_|OTEL_|OPENLINEAGE_|HF_)|^DATABASE_URL$/;

export function sourceLimits(parsed: ParsedEnvironment, env: Readonly<Record<string, string | undefined>>): SourceLimits {
  const list = (text: string | undefined, separator: string): string[] => (text ?? '').split(separator).map((entry) => entry.trim()).filter((entry) => entry !== '');
  return {
    httpHosts: list(parsed.FORECASTLE_HTTP_SOURCES, ','),
    postgresHosts: list(parsed.FORECASTLE_POSTGRES_SOURCES, ','),
    roots: list(parsed.FORECASTLE_SOURCE_ROOTS, delimiter).map((folder) => resolve(folder)),
    maxBytes: (parsed.FORECASTLE_SOURCE_MAX_MIB ?? 10_240) * 2 ** 20,
    timeoutSeconds: parsed.FORECASTLE_SOURCE_TIMEOUT_SECONDS ?? 3600,
    secret: (name) => (ownSecrets.test(name) ? undefined : env[name]),
  };
}
