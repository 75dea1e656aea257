import { join } from 'node:path';

import { sqlAlchemyUrl } from '../../../config/postgres-url.ts';
import { packageRoot } from '../../toolchain/paths.ts';
import type { ToolchainPaths } from '../../toolchain/paths.ts';
import { expectHttpOk } from '../probes.ts';
import type { ServiceDefinition } from '../service-definition.ts';
import type { StackConnections } from '../connections.ts';

export const mlflowDatabase = 'mlflow';

export function mlflowService(options: {
  readonly tools: ToolchainPaths;
  readonly port: number;
  readonly connections: StackConnections;
  readonly stateDir: string;
}): ServiceDefinition {
  const { tools, port, connections, stateDir } = options;
  const url = `http://127.0.0.1:${port}`;
  return {
    name: 'mlflow',
    port,
    url,
    command: {
      file: tools.python,
      args: [
        join(packageRoot, 'infra', 'local', 'mlflow_server.py'),
        '--host', '127.0.0.1', '--port', String(port), '--workers', '1',
        '--serve-artifacts', '--artifacts-destination', `s3://${connections.s3.bucket}/mlflow`,
      ],
      env: {
        ...connections.s3Environment,
        // By environment and not by argument: arguments are visible to every user of the machine.
        MLFLOW_BACKEND_STORE_URI: sqlAlchemyUrl(connections.postgresUrl, mlflowDatabase),
        // With the default pool some forty clients at once get "QueuePool limit" as HTTP 400.
        MLFLOW_SQLALCHEMYSTORE_POOL_SIZE: '20',
        MLFLOW_SQLALCHEMYSTORE_MAX_OVERFLOW: '40',
        MLFLOW_DISABLE_TELEMETRY: 'true',
        DO_NOT_TRACK: 'true',
        MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
        GIT_PYTHON_REFRESH: 'quiet',
        PYTHONUNBUFFERED: '1',
        ...(connections.s3.endpoint !== undefined && { MLFLOW_S3_ENDPOINT_URL: connections.s3.endpoint }),
      },
      cwd: stateDir,
    },
    probe: (signal) => expectHttpOk(`${url}/health`, signal),
    startTimeoutSeconds: 180,
    stop: { signal: 'SIGTERM', graceSeconds: 4 },
  };
}
