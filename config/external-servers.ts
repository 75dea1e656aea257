import type { ParsedEnvironment } from './config.schema.ts';
import type { ServerName } from './stack-file.schema.ts';

/** The variables that replace an embedded server by the user's own. Nothing else does: stray AWS keys switch nothing. */
export const switches: Readonly<Record<ServerName, readonly (keyof ParsedEnvironment)[]>> = {
  postgres: ['DATABASE_URL', 'PGHOST'],
  seaweedfs: ['AWS_ENDPOINT_URL_S3', 'FORECASTLE_BUCKET'],
  temporal: ['TEMPORAL_ADDRESS'],
  mlflow: ['MLFLOW_TRACKING_URI'],
};

/** True when the environment names a server of the user's own in place of this one. */
export function isExternal(server: ServerName, env: ParsedEnvironment): boolean {
  return switches[server].some((name) => env[name] !== undefined);
}
