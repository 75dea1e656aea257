import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';

import type { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';

import type { ArtifactRef } from '../../contracts/artifacts.ts';
import { Conflict } from '../../contracts/failure.ts';

export interface FileUpload {
  readonly client: S3Client;
  readonly file: string;
  /** What the file held when it was named. */
  readonly ref: ArtifactRef;
  readonly target: { readonly Bucket: string; readonly Key: string; readonly IfNoneMatch?: '*' };
  readonly signal: AbortSignal | undefined;
}

const partBytes = 8 * 1024 * 1024;
/** S3 takes 10,000 of them. */
const mostParts = 9_000;

/**
 * One object from a file, whole or not at all. It goes up in parts of 8 MiB, each held in memory and so sent again when a
 * connection breaks; a file of one part is a plain PUT.
 * @throws Conflict when the bytes read are no longer those of the reference: then nothing is stored
 */
export async function uploadFile({ client, file, ref, target, signal }: FileUpload): Promise<void> {
  signal?.throwIfAborted();
  const abort = new AbortController();
  const onAbort = (): void => abort.abort();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const params = {
      ...target,
      Body: Readable.from(bytesOf(file, ref)),
      ContentType: ref.mediaType,
      ContentLength: ref.bytes,
    };
    const partSize = Math.max(partBytes, Math.ceil(ref.bytes / mostParts));
    await new Upload({ client, params, partSize, queueSize: 3, abortController: abort }).done();
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

/** The file's bytes. The last step of an upload comes after the last byte, so that a throw there leaves nothing behind. */
async function* bytesOf(file: string, ref: ArtifactRef): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Uint8Array>) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex') !== ref.sha256) {
    throw new Conflict(
      `${file} changed while it was being uploaded: something still writes to it. Try again when it has finished.`,
    );
  }
}
