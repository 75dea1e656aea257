import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Connection, WorkflowClient } from '@temporalio/client';
import pg from 'pg';

import type { Config } from '../../../config/load.ts';
import { waitFor } from '../../support/stack.ts';

/** Something written to each server, and the way to look whether it is still there. */
export interface KeptData {
  postgres(): Promise<string>;
  seaweedfs(): Promise<string>;
  temporal(): Promise<string>;
  mlflow(): Promise<string>;
}

/** Writes `mark` to all four servers. Each reader throws until its server answers. */
export async function writeEverywhere(config: Config, mark: string): Promise<KeptData> {
  await onPostgres(config, async (client) => {
    await client.query('create table if not exists marks (mark text)');
    await client.query('insert into marks values ($1)', [mark]);
  });
  const s3 = s3Client(config);
  await s3.send(new PutObjectCommand({ Bucket: config.s3.bucket, Key: `marks/${mark}`, Body: mark }));
  await onTemporal(config, (client) => client.start('nobodyRunsIt', { workflowId: `marks/${mark}`, taskQueue: 'marks', memo: { mark } }));
  await mlflow(config, 'experiments/create', { method: 'POST', body: JSON.stringify({ name: mark }) });
  return {
    postgres: () => onPostgres(config, async (client) => {
      const { rows } = await client.query<{ mark: string }>('select mark from marks where mark = $1', [mark]);
      return rows[0]?.mark ?? 'lost';
    }),
    async seaweedfs() {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: config.s3.bucket, Key: `marks/${mark}` }));
      return (await Body?.transformToString()) ?? 'lost';
    },
    temporal: () => onTemporal(config, async (client) => {
      const { memo } = await client.getHandle(`marks/${mark}`).describe();
      return String(memo?.['mark'] ?? 'lost');
    }),
    async mlflow() {
      const answer = await mlflow(config, `experiments/get-by-name?experiment_name=${mark}`);
      return answer.includes(mark) ? mark : 'lost';
    },
  };
}

/** A server that has just come back may drop the first connection. */
export function eventually(read: () => Promise<string>): Promise<string> {
  return waitFor(() => read().catch(() => undefined), 30);
}

async function onPostgres<T>(config: Config, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: config.postgres.url });
  client.on('error', () => undefined); // a killed server; the query rejects by itself
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function onTemporal<T>(config: Config, work: (client: WorkflowClient) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: config.temporal.address });
  try {
    return await work(new WorkflowClient({ connection, namespace: config.temporal.namespace }));
  } finally {
    await connection.close();
  }
}

function s3Client({ s3: { endpoint = '', region, accessKeyId = '', secretAccessKey = '' } }: Config): S3Client {
  return new S3Client({ endpoint, region, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
}

async function mlflow(config: Config, path: string, init: RequestInit = {}): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${config.mlflow.trackingUri}/api/2.0/mlflow/${path}`, { ...init, headers });
  if (!response.ok) throw new Error(`MLflow answers ${response.status}: ${await response.text()}`);
  return response.text();
}
