import { join, resolve } from 'node:path';

import { packageRoot } from '../infra/toolchain/paths.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The folder that holds everything the embedded stack keeps: data, secrets, ports, logs. */
export function stateDirOf(env: Environment = process.env): string {
  const chosen = env['FORECASTLE_STATE'];
  return chosen ? resolve(chosen) : join(packageRoot, '.forecastle');
}

/** Where each thing lies in a state folder. */
export interface StateFiles {
  readonly stateDir: string;
  /** Says that the folder is ours; without it nothing there is ever removed. */
  readonly marker: string;
  /** What runs now: processes, ports, states. Rewritten atomically by the supervisor. */
  readonly stack: string;
  /** Passwords and keys, mode 0600, made once. */
  readonly secrets: string;
  /** The ports chosen at the first start. */
  readonly ports: string;
  /** Held by the running supervisor. */
  readonly lock: string;
  /** Where PostgreSQL's data lies and under whom it runs; may name a folder outside the state folder. */
  readonly postgresPlacement: string;
  readonly logs: string;
  /** One file per worker, written by the worker once it takes work. */
  readonly health: string;
  readonly scratch: string;
}

export function stateFiles(stateDir: string): StateFiles {
  return {
    stateDir,
    marker: join(stateDir, '.forecastle-state'),
    stack: join(stateDir, 'stack.json'),
    secrets: join(stateDir, 'secrets.json'),
    ports: join(stateDir, 'ports.json'),
    lock: join(stateDir, 'supervisor.lock'),
    postgresPlacement: join(stateDir, 'postgres-placement.json'),
    logs: join(stateDir, 'logs'),
    health: join(stateDir, 'health'),
    scratch: join(stateDir, 'scratch'),
  };
}
