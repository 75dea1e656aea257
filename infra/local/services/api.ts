import { join } from 'node:path';

import { packageRoot } from '../../toolchain/paths.ts';
import { expectHttpOk } from '../probes.ts';
import type { ServiceDefinition } from '../service-definition.ts';
import { ownEnvironment } from './workers.ts';
import type { OwnProcessContext } from './workers.ts';

export function apiService(port: number, context: OwnProcessContext): ServiceDefinition {
  const url = `http://127.0.0.1:${port}`;
  return {
    name: 'api',
    port,
    url,
    command: {
      file: process.execPath,
      args: [join(packageRoot, 'dist', 'api', 'server.js')],
      env: ownEnvironment(context),
      cwd: packageRoot,
    },
    probe: (signal) => expectHttpOk(`${url}/healthz`, signal),
    startTimeoutSeconds: 60,
    stop: { signal: 'SIGTERM', graceSeconds: 5 },
  };
}
