import { readStackFile } from '../config/stack-file.schema.ts';
import { stateDirOf, stateFiles } from '../config/state-folder.ts';

/** Where a person looks further. */
export interface Addresses {
  readonly api?: string;
  readonly temporal?: string;
  readonly mlflow?: string;
}

/** Addresses of the embedded stack, or of the user's own servers where the environment names them. */
export function stackAddresses(env: Readonly<Record<string, string | undefined>> = process.env): Addresses {
  const services = readStackFile(stateFiles(stateDirOf(env)).stack)?.services ?? {};
  const api = services.api?.url;
  const temporal = services.temporal?.uiUrl;
  const mlflow = env['MLFLOW_TRACKING_URI'] ?? services.mlflow?.uiUrl ?? services.mlflow?.url;
  return {
    ...(api !== undefined && { api }),
    ...(temporal !== undefined && { temporal }),
    ...(mlflow !== undefined && { mlflow }),
  };
}
