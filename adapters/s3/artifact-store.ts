import { Readable } from 'node:stream';

import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

import type { ArtifactRef } from '../../contracts/artifacts.ts';
import { ArtifactMissing } from '../../contracts/failure.ts';
import { contentOf, contentOfFile, contentOfStream, expectContent, jsonIn, missing, refOf } from '../artifact-store.ts';
import type { ArtifactStore } from '../artifact-store.ts';
import { createLocalCopies } from '../local-copies.ts';
import { isMissing, isTaken, knowsNoCondition, translateFailure } from './failures.ts';
import { uploadFile } from './upload-file.ts';

export interface S3Options {
  /** Any S3-compatible server; AWS itself when absent. */
  readonly endpoint?: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
  /** Where verified local copies are kept; safe to empty at any time. */
  readonly cacheFolder: string;
  /** How long a connection may be silent before it is given up; a minute when absent. */
  readonly silenceMs?: number;
}

/** Content-addressed artifacts in S3-compatible storage. */
export function createS3ArtifactStore(options: S3Options): ArtifactStore {
  const { endpoint, bucket, cacheFolder } = options;
  const client = createClient(options);
  const place = `${endpoint ?? 'AWS'} (bucket ${bucket})`;
  const copies = createLocalCopies(cacheFolder);
  const translated = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw translateFailure(error, place);
    }
  };

  async function exists(ref: ArtifactRef): Promise<boolean> {
    try {
      return (await client.send(new HeadObjectCommand(targetOf(ref)))).ContentLength === ref.bytes;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  async function open(ref: ArtifactRef, signal?: AbortSignal): Promise<Readable> {
    const command = new GetObjectCommand(targetOf(ref));
    try {
      const { Body } = await client.send(command, signal === undefined ? {} : { abortSignal: signal });
      if (Body instanceof Readable) return Body;
      throw new TypeError('the S3 client gave no stream');
    } catch (error) {
      throw isMissing(error) ? missing(ref) : error;
    }
  }

  /** `put` writes the object whole or not at all, under the condition it is given. */
  async function publish(
    ref: ArtifactRef,
    put: (condition: { IfNoneMatch?: '*' }) => Promise<unknown>,
  ): Promise<ArtifactRef> {
    if (await exists(ref)) return ref;
    try {
      await put({ IfNoneMatch: '*' });
    } catch (error) {
      if (!isTaken(error) && !knowsNoCondition(error)) throw error;
      // Taken by a rival's equal bytes, as a rule. By an object of another size it was damaged, and the right bytes mend it.
      if (!(await exists(ref))) await put({});
    }
    return ref;
  }

  const publishBytes: ArtifactStore['publishBytes'] = (layer, bytes, as) => {
    const ref = refOf(bucket, layer, contentOf(bytes), as);
    const object = { ...targetOf(ref), Body: bytes, ContentType: as.mediaType };
    return translated(publish(ref, (condition) => client.send(new PutObjectCommand({ ...object, ...condition }))));
  };

  const readBytes: ArtifactStore['readBytes'] = (ref) =>
    translated(
      open(ref).then(async (body) => {
        const bytes = Buffer.concat(await body.toArray());
        expectContent(ref, contentOf(bytes));
        return bytes;
      }),
    );

  return {
    exists: (ref) => translated(exists(ref)),
    publishBytes,
    readBytes,
    ...jsonIn({ publishBytes, readBytes }),
    async publishFile(layer, file, as, signal) {
      const ref = refOf(bucket, layer, await contentOfFile(file), as);
      const upload = (condition: object) =>
        uploadFile({ client, file, ref, target: { ...targetOf(ref), ...condition }, signal });
      return translated(publish(ref, upload));
    },
    fetchFile: (ref, signal) => translated(copies.fetch(ref, () => open(ref, signal), signal)),
    verify: (ref, signal) =>
      translated(open(ref, signal).then(async (body) => expectContent(ref, await contentOfStream(body)))),
    close: () => client.destroy(),
  };
}

function createClient({
  endpoint,
  region,
  accessKeyId,
  secretAccessKey,
  sessionToken,
  silenceMs = 60_000,
}: S3Options): S3Client {
  return new S3Client({
    region,
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    ...(accessKeyId !== undefined &&
      secretAccessKey !== undefined && {
        credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
      }),
    requestHandler: { connectionTimeout: 10_000, socketTimeout: silenceMs },
    // Every reader checks the SHA-256, which is stronger than what the client would check.
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
}

function targetOf({ uri }: ArtifactRef): { Bucket: string; Key: string } {
  const match = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri);
  if (match?.[1] === undefined || match[2] === undefined) throw new ArtifactMissing(`"${uri}" is not an s3:// address`);
  return { Bucket: match[1], Key: match[2] };
}
