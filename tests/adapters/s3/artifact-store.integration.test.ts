import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { DeleteObjectCommand, ListMultipartUploadsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';

import type { ArtifactStore } from '../../../adapters/artifact-store.ts';
import { createS3ArtifactStore } from '../../../adapters/s3/artifact-store.ts';
import type { S3Options } from '../../../adapters/s3/artifact-store.ts';
import type { ArtifactRef } from '../../../contracts/artifacts.ts';
import { packageRoot } from '../../../infra/toolchain/paths.ts';
import { attachToStack, waitFor } from '../../support/stack.ts';
import { describeArtifactStore } from '../contract/artifact-store.contract.ts';
import { sha256 } from '../contract/governance-fixtures.ts';
import { startDisturbedStore } from './disturbed-store.ts';
import type { Disturbance, DisturbedStore } from './disturbed-store.ts';

const s3 = attachToStack(inject('stack').stateDir).config.s3;
const client = new S3Client({
  region: s3.region,
  ...(s3.endpoint !== undefined && { endpoint: s3.endpoint }),
  forcePathStyle: true,
  credentials: { accessKeyId: s3.accessKeyId ?? '', secretAccessKey: s3.secretAccessKey ?? '' },
});
const targetOf = (uri: string) => ({ Bucket: s3.bucket, Key: uri.slice(`s3://${s3.bucket}/`.length) });
afterAll(() => client.destroy());

describeArtifactStore('SeaweedFS', () => ({
  open: (cacheFolder) => createS3ArtifactStore({ ...s3, cacheFolder }),
  damage: async (uri, Body) => void (await client.send(new PutObjectCommand({ ...targetOf(uri), Body }))),
  remove: async (uri) => void (await client.send(new DeleteObjectCommand(targetOf(uri)))),
}));

describe('a disturbed way to object storage', () => {
  const binary = { mediaType: 'application/octet-stream', extension: 'bin' } as const;
  const [small, large] = [1_000_000, 20_000_000];
  let folder: string;
  let way: DisturbedStore;
  const opened: ArtifactStore[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'forecastle-disturbed-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  beforeEach(async () => {
    way = await startDisturbedStore(s3.endpoint ?? '');
  });
  afterEach(async () => {
    for (const store of opened.splice(0)) store.close();
    await way.close();
  });

  function open(over: Partial<S3Options> = {}): ArtifactStore {
    const store = createS3ArtifactStore({
      ...s3,
      endpoint: way.endpoint,
      cacheFolder: join(folder, 'copies'),
      ...over,
    });
    opened.push(store);
    return store;
  }
  async function fileOf(bytes: number): Promise<string> {
    const file = join(folder, randomBytes(8).toString('hex'));
    await writeFile(file, randomBytes(bytes));
    return file;
  }
  async function unfinishedUploads(prefix: string): Promise<number> {
    return (
      (await client.send(new ListMultipartUploadsCommand({ Bucket: s3.bucket, Prefix: prefix }))).Uploads?.length ?? 0
    );
  }
  const putsAsked = (): number => way.requests.filter((line) => line.startsWith('PUT')).length;
  /** Disturbs the first request of the kind alone. */
  const firstOf = (what: RegExp, disturbance: Disturbance) => {
    let done = false;
    return (_request: unknown, line: string): Disturbance | undefined => {
      if (done || !what.test(line)) return undefined;
      done = true;
      return disturbance;
    };
  };

  test.each([small, large])('a connection that breaks while a file of %i bytes goes up is made again', async (size) => {
    way.disturb(firstOf(/^PUT/, { cutUpAfter: 300_000 }));
    const ref = await open().publishFile('models', await fileOf(size), binary);
    await open().verify(ref);
    expect(putsAsked()).toBeGreaterThan(Math.ceil(size / 8_388_608));
  });

  test('a connection that breaks while a file comes down leaves nothing, and the next attempt gets it whole', async () => {
    const store = open({ cacheFolder: join(folder, 'broken') });
    const ref = await store.publishFile('models', await fileOf(large), binary);
    way.disturb(firstOf(/^GET/, { cutDownAfter: 5_000_000 }));
    await expect(store.fetchFile(ref)).rejects.toMatchObject({ code: 'ServiceUnavailable', retryable: true });
    expect(await readdir(join(folder, 'broken'))).toEqual([]);
    await store.fetchFile(ref);
    expect(await readdir(join(folder, 'broken'))).toEqual([`${ref.sha256}.bin`]);
  });

  test.each([small, large])(
    'a file of %i bytes that changes after it was named is refused, and nothing is stored',
    async (size) => {
      const file = await fileOf(size);
      let key = '';
      way.disturb((_request, line) => {
        if (key !== '' || !line.startsWith('HEAD')) return;
        key = line.split('/').slice(2).join('/');
        appendFileSync(file, 'one more row');
      });
      const refusal = { code: 'Conflict', message: expect.stringContaining(file) };
      await expect(open().publishFile('models', file, binary)).rejects.toMatchObject(refusal);
      expect(await unfinishedUploads(key)).toBe(0);
      expect(way.requests.some((line) => line.startsWith('POST') && !line.includes('uploads'))).toBe(false);
      if (size === small) expect(putsAsked()).toBe(0);
    },
  );

  test('a publish that is cancelled half-way leaves neither an object nor parts of one', async () => {
    const cancel = new AbortController();
    way.disturb((_request, line) => (line.includes('partNumber=2') ? cancel.abort() : undefined));
    const file = await fileOf(large);
    await expect(open().publishFile('models', file, binary, cancel.signal)).rejects.toMatchObject({
      name: 'AbortError',
    });
    const key = /HEAD \/[^/]+\/(\S+)/.exec(way.requests[0] ?? '')?.[1] ?? expect.fail('nothing was asked');
    await waitFor(async () => ((await unfinishedUploads(key)) === 0 ? true : undefined), 30);
    expect(way.requests.some((line) => line.startsWith('DELETE') && line.includes('uploadId='))).toBe(true);
  });

  test('a process killed while a file goes up leaves no object, and another one publishes it', async () => {
    const file = await fileOf(large);
    const ref = await publishInProcessThatIsKilled(file);
    const store = open();
    expect(await store.exists(ref)).toBe(false);
    expect(await store.publishFile('models', file, binary)).toEqual(ref);
    await store.verify(ref);
  });

  async function publishInProcessThatIsKilled(file: string): Promise<ArtifactRef> {
    const module = pathToFileURL(join(packageRoot, 'dist', 'adapters', 's3', 'artifact-store.js')).href;
    const options = JSON.stringify({ ...s3, endpoint: way.endpoint, cacheFolder: join(folder, 'copies') });
    const script = `import { createS3ArtifactStore } from ${JSON.stringify(module)};
      await createS3ArtifactStore(${options}).publishFile('models', ${JSON.stringify(file)}, ${JSON.stringify(binary)});`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    way.disturb((_request, line) => (line.includes('partNumber=2') ? void child.kill('SIGKILL') : undefined));
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    way.disturb(() => undefined);
    const digest = sha256(await readFile(file));
    return { uri: `s3://${s3.bucket}/models/${digest}.bin`, sha256: digest, bytes: large, mediaType: binary.mediaType };
  }

  test.each([
    ['has no conditional writes', 501],
    ['sees a rival write it at this moment', 409],
  ])('a store that %s takes the file all the same', async (_what, answer) => {
    way.disturb((request) => (request.headers['if-none-match'] === undefined ? undefined : { answer }));
    const ref = await open().publishFile('models', await fileOf(small), binary);
    await open().verify(ref);
    expect(putsAsked()).toBe(2);
  });

  test('a store that fails for a moment is asked again', async () => {
    way.disturb(firstOf(/^PUT/, { answer: 503 }));
    await open().verify(await open().publishFile('models', await fileOf(small), binary));
    expect(putsAsked()).toBe(2);
  });

  test.each<[string, () => ArtifactStore, RegExp]>([
    [
      'does not answer',
      () => open({ endpoint: 'http://127.0.0.1:1' }),
      /^object storage at http:\/\/127\.0\.0\.1:1 \(bucket \w+\) does not answer \(ECONNREFUSED\): start it with /,
    ],
    [
      'falls silent',
      () => {
        way.disturb(() => ({ silent: true }));
        return open({ silenceMs: 300 });
      },
      /does not answer \(TimeoutError\): /,
    ],
    [
      'refuses the keys',
      () => open({ secretAccessKey: 'wrong'.repeat(8) }),
      /answers 403 without a reason: check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and that they may s3:ListBucket/,
    ],
    [
      'fails',
      () => {
        way.disturb(() => ({ answer: 500 }));
        return open();
      },
      /failed \(500 \w+\): try again$/,
    ],
  ])('a store that %s is told in one line, worth another attempt', async (_what, openIt, line) => {
    const failure: unknown = await openIt()
      .publishBytes('models', randomBytes(10), binary)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'ServiceUnavailable',
      retryable: true,
      message: expect.stringMatching(line),
    });
    expect(String(failure)).not.toContain('\n');
  });
});
