import { Readable } from 'node:stream';
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { BadInput, DatasetMissing, PipelineError, ServiceUnavailable } from '../../contracts/failure.ts';
import { SourceChanged } from '../../contracts/source-changed.ts';
import { SourceProblem } from '../source-problem.ts';
import { createAllowedHosts } from './allowed-hosts.ts';
import { type Downloaded, type DownloadTo, saveDownload, tooLarge } from './save-download.ts';

/** The store that artifacts are kept in: what `s3://` means where the pipeline file says no other. */
export interface OwnStore {
  readonly endpoint?: string;
  readonly region: string;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
}

export interface S3PlaceOptions {
  readonly own: OwnStore;
  /** Hosts of other stores that pipeline files may name. */
  readonly hosts: readonly string[];
  readonly maxBytes: number;
  readonly timeoutSeconds: number;
  /** Value of an environment variable that a pipeline file names. */
  secret(name: string): string | undefined;
}

interface Settings {
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  readonly accessKeyIdFrom?: string | undefined;
  readonly secretAccessKeyFrom?: string | undefined;
}

interface Bucket {
  readonly bucket: string;
  readonly settings: Settings | undefined;
}

interface Found {
  readonly key: string;
  readonly bytes: number;
  readonly version: string;
}

const attempts = 4;

/** Objects of S3-compatible stores. A download that breaks off goes on where it stopped, in the same version of the object. */
export function createS3Place({ own, hosts, maxBytes: most, timeoutSeconds, secret }: S3PlaceOptions) {
  const allowed = createAllowedHosts(hosts);
  const clients = new Map<string, S3Client>();

  function clientFor(settings: Settings | undefined, uri: string): S3Client {
    const id = JSON.stringify(settings ?? {});
    const client = clients.get(id) ?? createClient(settings === undefined ? own : storeOf(settings, uri));
    clients.set(id, client);
    return client;
  }

  function storeOf({ endpoint, region, accessKeyIdFrom, secretAccessKeyFrom }: Settings, uri: string): OwnStore {
    const named = (name: string | undefined, role: string): string | undefined => {
      if (name === undefined) return undefined;
      const value = secret(name);
      if (value === undefined || value === '') throw new BadInput(`${uri}: s3.${role} names ${name}, which the workers' environment does not have; set it there`);
      return value;
    };
    const [accessKeyId, secretAccessKey] = [named(accessKeyIdFrom, 'accessKeyIdFrom'), named(secretAccessKeyFrom, 'secretAccessKeyFrom')];
    if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) throw new BadInput(`${uri}: s3.accessKeyIdFrom and s3.secretAccessKeyFrom go together; name both or none`);
    if (endpoint !== undefined && endpoint !== own.endpoint) {
      let url: URL;
      try {
        url = new URL(endpoint);
      } catch (error) {
        throw new BadInput(`${uri}: s3.endpoint "${endpoint}" is no address; write it as https://host:port`, { cause: error });
      }
      allowed.expectHost(url, uri);
      // The workers' own keys are for their own store.
      if (accessKeyId === undefined) throw new BadInput(`${uri}: another store needs keys of its own; name variables of the workers in s3.accessKeyIdFrom and s3.secretAccessKeyFrom`);
    }
    const { endpoint: ownEndpoint, region: ownRegion, ...ownKeys } = own;
    const at = endpoint ?? ownEndpoint;
    return { region: region ?? ownRegion, ...(at !== undefined && { endpoint: at }), ...(accessKeyId === undefined || secretAccessKey === undefined ? ownKeys : { accessKeyId, secretAccessKey }) };
  }

  async function download({ bucket, key, settings, version }: Bucket & { readonly key: string; readonly version: string }, { folder, signal, maxBytes = most }: DownloadTo): Promise<Downloaded> {
    const uri = `s3://${bucket}/${key}`;
    const client = clientFor(settings, uri);
    const limit = AbortSignal.timeout(timeoutSeconds * 1000);
    const either = signal === undefined ? limit : AbortSignal.any([signal, limit]);
    const [etag = '', size = ''] = version.split(' ');
    const total = Number(size);
    if (total > maxBytes) throw tooLarge(uri, maxBytes);
    try {
      return await saveDownload({ folder, name: key, uri, maxBytes }, async (sink) => {
        for (let attempt = 1; sink.bytes() < total; attempt++) {
          const from = sink.bytes();
          try {
            const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, IfMatch: etag, ...(from > 0 && { Range: `bytes=${String(from)}-` }) }), { abortSignal: either });
            if (!(Body instanceof Readable)) throw new TypeError('the S3 client gave no stream');
            for await (const chunk of Body as AsyncIterable<Uint8Array>) await sink.write(chunk);
            if (sink.bytes() < total) throw new ServiceUnavailable(`${uri}: the object ended after ${sink.bytes().toLocaleString('en-US')} of ${total.toLocaleString('en-US')} bytes; try again`);
          } catch (error) {
            const passes = !(error instanceof BadInput) && statusOf(error) === undefined && !either.aborted;
            // An attempt that brought something on is worth another one.
            if (!passes || (attempt >= attempts && sink.bytes() === from)) throw error;
          }
        }
      });
    } catch (error) {
      if (limit.aborted && signal?.aborted !== true) throw new BadInput(`${uri}: the download takes longer than ${timeoutSeconds.toLocaleString('en-US')} s; raise FORECASTLE_SOURCE_TIMEOUT_SECONDS`, { cause: error });
      signal?.throwIfAborted();
      if (statusOf(error) === 412) throw new SourceChanged(`${uri}: the object changed after it was listed; the next attempt reads it as it is then`, { cause: error });
      throw translated(error, uri);
    }
  }

  return {
    async find({ bucket, key, settings, signal }: Bucket & { readonly key: string; readonly signal: AbortSignal | undefined }): Promise<Found | undefined> {
      const uri = `s3://${bucket}/${key}`;
      try {
        const { ETag, ContentLength } = await clientFor(settings, uri).send(new HeadObjectCommand({ Bucket: bucket, Key: key }), signal === undefined ? {} : { abortSignal: signal });
        return { key, bytes: ContentLength ?? 0, version: `${ETag ?? ''} ${String(ContentLength ?? 0)}` };
      } catch (error) {
        signal?.throwIfAborted();
        if (statusOf(error) === 404) return undefined;
        throw translated(error, uri);
      }
    },

    async list({ bucket, prefix, settings, most, signal }: Bucket & { readonly prefix: string; readonly most: number; readonly signal: AbortSignal | undefined }): Promise<readonly Found[]> {
      const uri = `s3://${bucket}/${prefix.replace(/\/$/, '')}`;
      const found: Found[] = [];
      let token: string | undefined;
      try {
        do {
          const page = await clientFor(settings, uri).send(
            new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...(token !== undefined && { ContinuationToken: token }) }), signal === undefined ? {} : { abortSignal: signal });
          for (const { Key, Size, ETag } of page.Contents ?? []) if (Key !== undefined) found.push({ key: Key, bytes: Size ?? 0, version: `${ETag ?? ''} ${String(Size ?? 0)}` });
          if (found.length > most) throw new BadInput(`${uri}: more than ${most.toLocaleString('en-US')} objects; narrow the pattern, or join the files`);
          token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
        } while (token !== undefined);
      } catch (error) {
        signal?.throwIfAborted();
        throw translated(error, uri);
      }
      return found;
    },

    download,

    close(): void {
      for (const client of clients.values()) client.destroy();
    },
  };
}

function createClient({ endpoint, region, accessKeyId, secretAccessKey, sessionToken }: OwnStore): S3Client {
  return new S3Client({
    region,
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    ...(accessKeyId !== undefined && secretAccessKey !== undefined && { credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) } }),
    requestHandler: { connectionTimeout: 10_000, socketTimeout: 60_000 },
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const { $metadata } = error;
  const isObject = typeof $metadata === 'object' && $metadata !== null && 'httpStatusCode' in $metadata;
  return isObject && typeof $metadata.httpStatusCode === 'number' ? $metadata.httpStatusCode : undefined;
}

function translated(error: unknown, uri: string): unknown {
  if (error instanceof PipelineError || !(error instanceof Error)) return error;
  const options = { cause: error };
  const status = statusOf(error);
  if (error.name === 'NoSuchBucket' || error.name === 'NoSuchKey' || status === 404) return new DatasetMissing(`${uri}: there is no such bucket or object; correct the address`, { cause: new SourceProblem('no such file', options) });
  if (status === 401 || status === 403 || error.name === 'CredentialsProviderError') {
    return new BadInput(`${uri}: the store refuses the keys (${error.name}); check the variables that s3.accessKeyIdFrom and s3.secretAccessKeyFrom name, and that they may list and read there`, { cause: new SourceProblem('the store refuses the keys', options) });
  }
  if (status !== undefined && status >= 400 && status < 500 && status !== 429) return new BadInput(`${uri}: the store refuses the request (${String(status)} ${error.name}); check the address and s3.region`, { cause: new SourceProblem(`the store refuses the request (${error.name})`, options) });
  const reason = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return new ServiceUnavailable(`${uri}: the object storage does not answer as it should (${reason}); check s3.endpoint, or try again`, options);
}
