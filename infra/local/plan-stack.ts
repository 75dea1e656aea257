import type { ParsedEnvironment } from '../../config/config.schema.ts';
import { defaultApiHost, defaultBucket, defaultRegion, externalS3 } from '../../config/load.ts';
import type { Config } from '../../config/load.ts';
import { embeddedPostgresUrl, externalPostgresUrl } from '../../config/postgres-url.ts';
import type { Secrets } from '../../config/secrets-file.schema.ts';
import type { ServiceName } from '../../config/stack-file.schema.ts';
import type { StateFiles } from '../../config/state-folder.ts';
import type { ToolchainPaths } from '../toolchain/paths.ts';
import { connectionsOf } from './connections.ts';
import { createBucket } from './create-bucket.ts';
import { createDatabases } from './create-databases.ts';
import { placePostgres } from './postgres-placement.ts';
import type { Ports } from './ports.ts';
import type { ServiceDefinition } from './service-definition.ts';
import { apiService } from './services/api.ts';
import { mlflowDatabase, mlflowService } from './services/mlflow.ts';
import { postgresService } from './services/postgres.ts';
import { seaweedfsService } from './services/seaweedfs.ts';
import { temporalService } from './services/temporal.ts';
import { queues, samplerService, workerService } from './services/workers.ts';
import type { AfterReady } from './supervisor.ts';

/** The processes to run and what to do between them. */
export interface StackPlan {
  readonly definitions: readonly ServiceDefinition[];
  readonly afterReady: AfterReady;
  readonly postgresUrl: string;
  /** Databases and bucket; for a PostgreSQL of the user's own this has to be called before anything starts. */
  prepareDatabases(): Promise<void>;
}

/** `embedded` are the chosen services without those that are the user's own. */
export function planStack(options: {
  readonly embedded: readonly ServiceName[];
  readonly env: NodeJS.ProcessEnv;
  readonly parsed: ParsedEnvironment;
  readonly files: StateFiles;
  readonly tools: ToolchainPaths;
  readonly ports: Ports;
  readonly secrets: Secrets;
}): StackPlan {
  const { embedded, env, parsed, files, tools, ports, secrets } = options;
  const postgresUrl = externalPostgresUrl(parsed) ?? embeddedPostgresUrl(ports.postgres, secrets.postgresPassword);
  const isOwnStore = parsed.AWS_ENDPOINT_URL_S3 !== undefined || parsed.FORECASTLE_BUCKET !== undefined;
  const s3: Config['s3'] = isOwnStore ? externalS3(parsed) : {
    endpoint: `http://127.0.0.1:${ports.s3}`,
    region: defaultRegion,
    bucket: defaultBucket,
    accessKeyId: secrets.s3AccessKeyId,
    secretAccessKey: secrets.s3SecretAccessKey,
  };
  const namespace = parsed.TEMPORAL_NAMESPACE ?? 'default';
  const context = {
    files, tools, env, postgresUrl,
    temporal: { address: parsed.TEMPORAL_ADDRESS ?? `127.0.0.1:${ports.temporal}`, namespace },
  };
  const definitionOf: Readonly<Record<ServiceName, () => ServiceDefinition>> = {
    postgres: () => postgresService({
      placement: placePostgres(files, tools), port: ports.postgres, password: secrets.postgresPassword,
    }),
    seaweedfs: () => seaweedfsService({ files, tools, ports, secrets }),
    temporal: () => temporalService({ files, tools, ports, namespace }),
    mlflow: () => mlflowService({
      tools, port: ports.mlflow, stateDir: files.stateDir, connections: connectionsOf(postgresUrl, s3, env, isOwnStore),
    }),
    'pipeline-worker': () => workerService(queues[0], context),
    'data-worker': () => workerService(queues[1], context),
    'embedding-worker': () => workerService(queues[2], context),
    'training-worker': () => workerService(queues[3], context),
    sampler: () => samplerService(context),
    api: () => apiService({ host: parsed.FORECASTLE_API_HOST ?? defaultApiHost, port: ports.api }, context),
  };
  const prepareDatabases = (): Promise<void> =>
    createDatabases(postgresUrl, [decodeURIComponent(new URL(postgresUrl).pathname.slice(1)), mlflowDatabase, 'optuna']);
  return {
    definitions: embedded.map((name) => definitionOf[name]()),
    afterReady: { postgres: prepareDatabases, seaweedfs: (signal) => createBucket(s3, signal) },
    postgresUrl,
    prepareDatabases,
  };
}
