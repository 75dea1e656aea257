import { setTimeout as delay } from 'node:timers/promises';

import { BucketAlreadyExists, BucketAlreadyOwnedByYou, CreateBucketCommand, HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';

import type { Config } from '../../config/load.ts';

/** Makes the one bucket of the embedded store; its prefixes do the rest, because every bucket costs seven volumes. */
export async function createBucket(s3: Config['s3'], signal: AbortSignal): Promise<void> {
  const client = createClient(s3);
  // Healthy means that it answers; for a moment after, its volume server may not have reported yet.
  const deadline = performance.now() + 20_000;
  try {
    for (;;) {
      try {
        await client.send(new CreateBucketCommand({ Bucket: s3.bucket }), { abortSignal: signal });
        return;
      } catch (error) {
        if (error instanceof BucketAlreadyOwnedByYou || error instanceof BucketAlreadyExists) return;
        if (signal.aborted || performance.now() > deadline) throw error;
      }
      await delay(200, undefined, { signal });
    }
  } finally {
    client.destroy();
  }
}

/** Throws unless the bucket is there and these credentials may see it. */
export async function expectBucket(s3: Config['s3'], signal: AbortSignal): Promise<void> {
  const client = createClient(s3);
  try {
    await client.send(new HeadBucketCommand({ Bucket: s3.bucket }), { abortSignal: signal });
  } finally {
    client.destroy();
  }
}

function createClient({ endpoint, region, accessKeyId, secretAccessKey, sessionToken }: Config['s3']): S3Client {
  return new S3Client({
    region,
    maxAttempts: 1,
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    ...(accessKeyId !== undefined &&
      secretAccessKey !== undefined && {
        credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
      }),
  });
}
