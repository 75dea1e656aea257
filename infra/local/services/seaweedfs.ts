import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Secrets } from '../../../config/secrets-file.schema.ts';
import type { StateFiles } from '../../../config/state-folder.ts';
import type { ToolchainPaths } from '../../toolchain/paths.ts';
import { writeFileAtomically } from '../atomic-file.ts';
import { expectHttpOk } from '../probes.ts';
import type { Ports } from '../ports.ts';
import type { ServiceDefinition } from '../service-definition.ts';

export function seaweedfsService(options: {
  readonly files: StateFiles;
  readonly tools: ToolchainPaths;
  readonly ports: Ports;
  readonly secrets: Secrets;
}): ServiceDefinition {
  const { files, tools, ports, secrets } = options;
  const dataDir = join(files.stateDir, 'seaweedfs');
  const identities = join(dataDir, 'identities.json');
  const url = `http://127.0.0.1:${ports.s3}`;
  return {
    name: 'seaweedfs',
    port: ports.s3,
    url,
    async prepare() {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 });
      writeFileAtomically(identities, identitiesFile(secrets), 0o600);
    },
    command: {
      file: tools.weed,
      args: [
        '-logtostderr=true', 'server', '-ip=127.0.0.1', '-ip.bind=127.0.0.1', `-dir=${dataDir}`,
        `-master.port=${ports['s3-master']}`, `-master.port.grpc=${ports['s3-master-grpc']}`,
        `-volume.port=${ports['s3-volume']}`, `-volume.port.grpc=${ports['s3-volume-grpc']}`,
        '-filer', `-filer.port=${ports['s3-filer']}`, `-filer.port.grpc=${ports['s3-filer-grpc']}`,
        '-s3', `-s3.port=${ports.s3}`, `-s3.port.grpc=${ports['s3-grpc']}`, '-s3.port.iceberg=0', '-s3.port.lance=0',
        `-s3.config=${identities}`, '-s3.iam=false',
        // Without the short election a restart takes 16 s.
        '-master.electionTimeout=1s', '-master.telemetry=false', '-master.volumeSizeLimitMB=1024',
        '-volume.max=0', '-volume.preStopSeconds=0', '-volume.fileSizeLimitMB=1024',
      ],
      env: process.env,
      cwd: dataDir,
    },
    probe: (signal) => expectHttpOk(`${url}/healthz`, signal),
    startTimeoutSeconds: 60,
    // Its own orderly stop takes 15 s and loses nothing when cut short: acknowledged objects survive even a kill.
    stop: { signal: 'SIGTERM', graceSeconds: 3 },
  };
}

function identitiesFile({ s3AccessKeyId, s3SecretAccessKey }: Secrets): string {
  const credentials = [{ accessKey: s3AccessKeyId, secretKey: s3SecretAccessKey }];
  return `${JSON.stringify({ identities: [{ name: 'forecastle', credentials, actions: ['Admin', 'Read', 'Write', 'List', 'Tagging'] }] })}\n`;
}
