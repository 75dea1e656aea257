import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { sqlAlchemyUrl } from '../../../config/postgres-url.ts';
import type { ServiceName } from '../../../config/stack-file.schema.ts';
import type { StateFiles } from '../../../config/state-folder.ts';
import { packageRoot } from '../../toolchain/paths.ts';
import type { ToolchainPaths } from '../../toolchain/paths.ts';
import type { ServiceDefinition } from '../service-definition.ts';

/** What every process of ours gets on top of the person's own environment: `loadConfig()` finds the rest. */
export interface OwnProcessContext {
  readonly files: StateFiles;
  readonly tools: ToolchainPaths;
  readonly env: NodeJS.ProcessEnv;
  readonly temporal: { readonly address: string; readonly namespace: string };
  readonly postgresUrl: string;
}

export const queues = ['pipeline', 'data', 'embedding', 'training'] as const;
export type Queue = (typeof queues)[number];

/** One worker process per task queue. It says that it takes work by writing the file named in FORECASTLE_HEALTH_FILE. */
export function workerService(queue: Queue, context: OwnProcessContext): ServiceDefinition {
  return ownProcess(`${queue}-worker`, context, {
    file: process.execPath,
    entry: join(packageRoot, 'dist', 'workers', 'main.js'),
    args: ['--queue', queue],
    env: {},
  });
}

/** The Python worker: Optuna's ask, tell and prune. */
export function samplerService(context: OwnProcessContext): ServiceDefinition {
  return ownProcess('sampler', context, {
    file: context.tools.python,
    entry: join(packageRoot, 'workers', 'sampler', 'main.py'),
    args: [],
    env: {
      TEMPORAL_ADDRESS: context.temporal.address,
      TEMPORAL_NAMESPACE: context.temporal.namespace,
      OPTUNA_STORAGE_URL: sqlAlchemyUrl(context.postgresUrl, 'optuna'),
      FORECASTLE_SAMPLER_HEALTH: healthFile(context, 'sampler'),
      PYTHONUNBUFFERED: '1',
    },
  });
}

export function ownEnvironment({ env, files, tools }: OwnProcessContext): NodeJS.ProcessEnv {
  return { ...env, FORECASTLE_STATE: files.stateDir, FORECASTLE_TOOLCHAIN: tools.toolchainDir };
}

function ownProcess(
  name: ServiceName,
  context: OwnProcessContext,
  start: { file: string; entry: string; args: readonly string[]; env: NodeJS.ProcessEnv },
): ServiceDefinition {
  const health = healthFile(context, name);
  return {
    name,
    async prepare() {
      rmSync(health, { force: true });
    },
    command: {
      file: start.file,
      args: [start.entry, ...start.args],
      env: { ...ownEnvironment(context), FORECASTLE_HEALTH_FILE: health, ...start.env },
      cwd: packageRoot,
    },
    async probe() {
      if (!existsSync(health)) throw new Error('it has not said yet that it takes work');
    },
    startTimeoutSeconds: 120,
    stop: { signal: 'SIGTERM', graceSeconds: 5 },
  };
}

function healthFile({ files }: OwnProcessContext, name: ServiceName): string {
  return join(files.health, name);
}
