import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';

import { type ArtifactRef, type Layer, mediaTypes } from '../../contracts/artifacts.ts';
import { ArtifactCorrupt, ArtifactMissing } from '../../contracts/failure.ts';
import { canonicalJson } from '../canonical-json.ts';
import { isMissing, translateFailure } from './failures.ts';

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
}

export interface ContentKind {
  readonly mediaType: string;
  /** Without the dot. */
  readonly extension: string;
}

export interface ArtifactStore {
  /** Publishing the same bytes again changes nothing. */
  publishFile(layer: Layer, file: string, as: ContentKind, signal?: AbortSignal): Promise<ArtifactRef>;
  publishBytes(layer: Layer, bytes: Uint8Array, as: ContentKind): Promise<ArtifactRef>;
  /** Canonical JSON (RFC 8785): equal values have one digest. */
  publishJson(layer: Layer, value: unknown): Promise<ArtifactRef>;
  /** @throws ArtifactMissing, ArtifactCorrupt */
  readBytes(ref: ArtifactRef): Promise<Uint8Array>;
  readJson(ref: ArtifactRef): Promise<unknown>;
  /** A verified local copy, not to be changed. @throws ArtifactMissing, ArtifactCorrupt */
  fetchFile(ref: ArtifactRef, signal?: AbortSignal): Promise<string>;
  exists(ref: ArtifactRef): Promise<boolean>;
  close(): void;
}

/** From this size on a file goes up in parts. */
const multipartFrom = 64 * 1024 * 1024;

/** Content-addressed artifacts in S3-compatible storage. */
export function createS3ArtifactStore({ endpoint, region, bucket, accessKeyId, secretAccessKey, sessionToken, cacheFolder }: S3Options): ArtifactStore {
  const client = new S3Client({
    region,
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    ...(accessKeyId !== undefined && secretAccessKey !== undefined && { credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) } }),
  });
  const place = `${endpoint ?? 'AWS'} (bucket ${bucket})`;
  const fail = (error: unknown): never => {
    throw translateFailure(error, place);
  };

  async function exists(ref: ArtifactRef): Promise<boolean> {
    const { bucket: Bucket, key: Key } = locationOf(ref);
    try {
      return (await client.send(new HeadObjectCommand({ Bucket, Key }))).ContentLength === ref.bytes;
    } catch (error) {
      return isMissing(error) ? false : fail(error);
    }
  }

  async function open(ref: ArtifactRef, signal?: AbortSignal): Promise<Readable> {
    const { bucket: Bucket, key: Key } = locationOf(ref);
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }), signal === undefined ? {} : { abortSignal: signal });
      if (Body instanceof Readable) return Body;
      throw new TypeError('the S3 client gave no stream');
    } catch (error) {
      if (isMissing(error)) throw new ArtifactMissing(`${ref.uri} is not in the store: it was deleted, or the run that made it used another store. Run the pipeline again.`);
      return fail(error);
    }
  }

  function refOf(layer: Layer, sha256: string, bytes: number, { mediaType, extension }: ContentKind): ArtifactRef {
    return { uri: `s3://${bucket}/${layer}/${sha256}.${extension}`, sha256, bytes, mediaType };
  }

  async function publishBytes(layer: Layer, bytes: Uint8Array, as: ContentKind): Promise<ArtifactRef> {
    const ref = refOf(layer, createHash('sha256').update(bytes).digest('hex'), bytes.byteLength, as);
    if (await exists(ref)) return ref;
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: locationOf(ref).key, Body: bytes, ContentType: as.mediaType })).catch(fail);
    return ref;
  }

  async function readBytes(ref: ArtifactRef): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for await (const part of await open(ref)) parts.push(part as Uint8Array);
    const bytes = Buffer.concat(parts);
    verify(ref, createHash('sha256').update(bytes).digest('hex'));
    return bytes;
  }

  return {
    exists,
    publishBytes,
    readBytes,
    publishJson: (layer, value) => publishBytes(layer, Buffer.from(canonicalJson(value)), { mediaType: mediaTypes.json, extension: 'json' }),
    readJson: async (ref) => JSON.parse(Buffer.from(await readBytes(ref)).toString('utf8')) as unknown,

    async publishFile(layer, file, as, signal) {
      const { size } = await stat(file);
      const ref = refOf(layer, await digestOfFile(file), size, as);
      if (await exists(ref)) return ref;
      const target = { Bucket: bucket, Key: locationOf(ref).key, ContentType: as.mediaType };
      if (size >= multipartFrom) {
        const upload = new Upload({ client, params: { ...target, Body: createReadStream(file) } });
        signal?.addEventListener('abort', () => void upload.abort(), { once: true });
        await upload.done().catch(fail);
      } else {
        const body = createReadStream(file);
        const options = signal === undefined ? {} : { abortSignal: signal };
        await client.send(new PutObjectCommand({ ...target, Body: size === 0 ? new Uint8Array() : body, ContentLength: size }), options).catch(fail);
      }
      return ref;
    },

    async fetchFile(ref, signal) {
      const file = join(cacheFolder, `${ref.sha256}${extname(ref.uri)}`);
      // A file has its final name only once it was verified.
      if ((await stat(file).catch(() => undefined))?.size === ref.bytes) return file;
      await mkdir(cacheFolder, { recursive: true });
      const partial = `${file}.${randomUUID()}.part`;
      try {
        const hash = createHash('sha256');
        const body = await open(ref, signal);
        body.on('data', (chunk: Buffer) => hash.update(chunk));
        await pipeline(body, createWriteStream(partial), signal === undefined ? {} : { signal }).catch(fail);
        verify(ref, hash.digest('hex'));
        await rename(partial, file);
      } finally {
        await rm(partial, { force: true });
      }
      return file;
    },

    close: () => client.destroy(),
  };
}

async function digestOfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

function verify(ref: ArtifactRef, sha256: string): void {
  if (sha256 !== ref.sha256) throw new ArtifactCorrupt(`${ref.uri} does not hold the bytes it is named for (found ${sha256.slice(0, 12)}…): somebody changed it in the store. Restore it, or run the pipeline again.`);
}

function locationOf({ uri }: ArtifactRef): { bucket: string; key: string } {
  const match = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri);
  if (match?.[1] === undefined || match[2] === undefined) throw new ArtifactMissing(`"${uri}" is not an s3:// address`);
  return { bucket: match[1], key: match[2] };
}
