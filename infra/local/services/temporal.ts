import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import type { StateFiles } from '../../../config/state-folder.ts';
import type { ToolchainPaths } from '../../toolchain/paths.ts';
import { expectHttpOk } from '../probes.ts';
import type { Ports } from '../ports.ts';
import type { ServiceDefinition } from '../service-definition.ts';

/** By these a run is found in Temporal's own UI. A server of the user's own needs them too. */
export const searchAttributes = { ForecastlePipeline: 'Keyword', ForecastleRunId: 'Keyword' } as const;

export function temporalService(options: {
  readonly files: StateFiles;
  readonly tools: ToolchainPaths;
  readonly ports: Ports;
  readonly namespace: string;
}): ServiceDefinition {
  const { files, tools, ports, namespace } = options;
  const dataDir = join(files.stateDir, 'temporal');
  return {
    name: 'temporal',
    port: ports.temporal,
    url: `127.0.0.1:${ports.temporal}`,
    uiUrl: `http://127.0.0.1:${ports['temporal-ui']}`,
    async prepare() {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    },
    command: {
      file: tools.temporal,
      args: [
        'server', 'start-dev', '--ip', '127.0.0.1', '--port', String(ports.temporal), '--ui-port', String(ports['temporal-ui']),
        '--http-port', String(ports['temporal-http']), '--metrics-port', String(ports['temporal-metrics']),
        '--namespace', namespace, '--db-filename', join(dataDir, 'temporal.db'),
        // A write-ahead log is four times as fast under load; FULL keeps each acknowledged event through a power cut.
        '--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=FULL',
        ...Object.entries(searchAttributes).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
        '--log-level', 'warn', '--log-format', 'json',
      ],
      env: process.env,
      cwd: dataDir,
    },
    // Answers once the namespace is there, a little after the port is open.
    probe: (signal) => expectHttpOk(`http://127.0.0.1:${ports['temporal-http']}/api/v1/namespaces/${encodeURIComponent(namespace)}`, signal),
    startTimeoutSeconds: 60,
    stop: { signal: 'SIGINT', graceSeconds: 5 },
  };
}
