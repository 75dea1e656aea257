import type { Config } from '../../config/load.ts';

/** How the processes of the stack reach PostgreSQL and the object store, embedded or the user's own. */
export interface StackConnections {
  readonly postgresUrl: string;
  readonly s3: Config['s3'];
  /** For programs that read `AWS_*`, such as MLflow: the environment with these credentials and no stray ones. */
  readonly s3Environment: NodeJS.ProcessEnv;
}

const strayWithEmbedded = /^(AWS_|MLFLOW_S3_)/;

export function connectionsOf(postgresUrl: string, s3: Config['s3'], env: NodeJS.ProcessEnv, isOwnStore: boolean): StackConnections {
  if (isOwnStore) return { postgresUrl, s3, s3Environment: env };
  const others = Object.entries(env).filter(([name]) => !strayWithEmbedded.test(name));
  return {
    postgresUrl,
    s3,
    s3Environment: {
      ...Object.fromEntries(others),
      AWS_ACCESS_KEY_ID: s3.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
      AWS_DEFAULT_REGION: s3.region,
      // A profile of the user's would win over the keys in some versions of boto3.
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
  };
}
