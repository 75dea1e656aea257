import { join } from 'node:path';

import { urlOf } from '../../../config/load.ts';
import { packageRoot } from '../../toolchain/paths.ts';
import { expectHttpOk } from '../probes.ts';
import type { ServiceDefinition } from '../service-definition.ts';
import { ownEnvironment } from './workers.ts';
import type { OwnProcessContext } from './workers.ts';

export function apiService({ host, port }: { readonly host: string; readonly port: number }, context: OwnProcessContext): ServiceDefinition {
  const url = urlOf(host, port);
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
