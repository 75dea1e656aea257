import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';

import { embeddedPostgresUrl, mainDatabase, onDatabase } from '../../../config/postgres-url.ts';
import { runCommand } from '../../toolchain/run-command.ts';
import { postgresCommand } from '../postgres-placement.ts';
import type { PostgresPlacement } from '../postgres-placement.ts';
import type { ServiceDefinition } from '../service-definition.ts';

const baseEnv = { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };

export function postgresService(options: {
  readonly placement: PostgresPlacement;
  readonly port: number;
  readonly password: string;
}): ServiceDefinition {
  const { placement, port, password } = options;
  const maintenanceUrl = onDatabase(embeddedPostgresUrl(port, password), 'postgres');
  return {
    name: 'postgres',
    port,
    url: `postgres://${mainDatabase}@127.0.0.1:${port}/${mainDatabase}`,
    prepare: (signal) => initialise(placement, password, signal),
    command: {
      ...postgresCommand(placement, 'postgres', [
        '-D', placement.dataDir, '-p', String(port), '-h', '127.0.0.1', '-k', '',
        '-c', 'shared_buffers=64MB',
        // MLflow's pool alone may take 60; the workers, the API and a test run have their own.
        '-c', 'max_connections=200',
      ]),
      env: baseEnv,
      cwd: '/',
    },
    async probe() {
      const client = new pg.Client({ connectionString: maintenanceUrl, connectionTimeoutMillis: 2000 });
      client.on('error', () => undefined); // a server that dies while it is asked shows in the next probe
      try {
        await client.connect();
        await client.query('select 1');
      } finally {
        await client.end().catch(() => undefined);
      }
    },
    startTimeoutSeconds: 60,
    // "Fast": ends connections and writes a checkpoint.
    stop: { signal: 'SIGINT', graceSeconds: 8 },
  };
}

/** Makes the cluster where there is none; a half-made one, left by a kill, is made again. */
async function initialise(placement: PostgresPlacement, password: string, signal: AbortSignal): Promise<void> {
  const { dataDir } = placement;
  const finished = join(dataDir, 'forecastle-initialised');
  if (existsSync(finished)) return;
  clearFolder(dataDir);
  const folder = mkdtempSync(join(tmpdir(), 'forecastle-initdb-'));
  const passwordFile = join(folder, 'password');
  try {
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
    if (placement.uid !== undefined && placement.gid !== undefined) {
      chownSync(passwordFile, placement.uid, placement.gid);
      chownSync(folder, placement.uid, placement.gid);
    }
    const { file, args, ...ids } = postgresCommand(placement, 'initdb', [
      '-D', dataDir, '-U', mainDatabase, '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--encoding=UTF8',
      '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--no-instructions',
    ]);
    await runCommand(file, args, { ...ids, env: baseEnv, cwd: '/', signal });
    writeFileSync(finished, '');
    if (placement.uid !== undefined && placement.gid !== undefined) chownSync(finished, placement.uid, placement.gid);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function clearFolder(folder: string): void {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true });
  chmodSync(folder, 0o700);
}
