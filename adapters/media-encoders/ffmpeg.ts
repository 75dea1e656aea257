import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

import { BadInput } from '../../contracts/failure.ts';
import { UnreadableMedia } from './encoder.ts';

/** Of a film or a sound; more is refused. */
export const mostMediaBytes = 2 * 1024 ** 3;

export interface Ffmpeg {
  /** E.g. `ffmpeg 7.1`. */
  readonly version: string;
  /**
   * Runs it on one file.
   * @param before options of the input, @param after of the output
   * @throws UnreadableMedia when it takes longer than `seconds` or gives more than `mostBytes`; the abort reason
   */
  read(file: string, job: { readonly before?: readonly string[]; readonly after: readonly string[]; readonly seconds: number; readonly mostBytes: number; readonly signal?: AbortSignal }): Promise<Answer>;
}

export interface Answer {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

// A playlist names other files and addresses: what says it is one is not opened. Codec, container and pixel limits: files come from anywhere.
const containers = 'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,flv,ogg,asf,gif,wav,w64,aiff,au,caf,mp3,flac,aac,amr';
const guards = ['-nostdin', '-hide_banner', '-threads', '1', '-max_alloc', '1000000000'];
const inputGuards = ['-protocol_whitelist', 'file', '-format_whitelist', containers, '-max_pixels', '100000000'];

/**
 * @param program a path, or a name on the PATH
 * @throws BadInput when there is none
 */
export async function findFfmpeg(program = 'ffmpeg'): Promise<Ffmpeg> {
  const said = await run(program, ['-version'], { seconds: 30, mostBytes: 1_000_000 }).catch((error: unknown) => {
    throw new BadInput(
      `${program} can't be run (${error instanceof Error ? error.message : String(error)}), and films and sounds other than WAV need FFmpeg: run \`npx forecastle install\`, or put ffmpeg on the PATH, or name it in FORECASTLE_FFMPEG`,
      { cause: error },
    );
  });
  const version = /^ffmpeg version (\S+)/.exec(said.stdout.toString())?.[1];
  if (version === undefined) throw new BadInput(`${program} is not FFmpeg: set FORECASTLE_FFMPEG to one`);
  return {
    version: `ffmpeg ${version}`,
    read: (file, { before = [], after, ...limits }) => run(program, [...guards, ...before, ...inputGuards, '-i', `file:${resolve(file)}`, ...after], limits),
  };
}

/** Its last words about the file, for a person. */
export function complaint(stderr: string): string {
  if (stderr.includes('not on whitelist')) return 'a format that is not read';
  if (/matches no streams|option 'map'/.test(stderr)) return 'there is none in it';
  const lines = stderr.split('\n').map((line) => line.replace(/^\[[^\]]*\]\s*/, '').trim()).filter((line) => line !== '');
  const telling = lines.find((line) => /invalid|error|not found|moov|whitelist|unknown|corrupt/i.test(line)) ?? lines.at(-1) ?? 'FFmpeg gave nothing';
  return telling.replace(/file:\S+/g, 'it').slice(0, 120);
}

function run(program: string, args: readonly string[], { seconds, mostBytes, signal }: { readonly seconds: number; readonly mostBytes: number; readonly signal?: AbortSignal }): Promise<Answer> {
  return new Promise((done, reject) => {
    signal?.throwIfAborted();
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    let bytes = 0;
    let stderr = '';
    let refusal: Error | undefined;
    const stop = (reason: Error): void => {
      refusal ??= reason;
      child.kill('SIGKILL');
    };
    const abort = (): void => stop(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
    const timer = setTimeout(() => stop(new UnreadableMedia(`takes longer than ${seconds} s to decode`)), seconds * 1000);
    signal?.addEventListener('abort', abort, { once: true });
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > mostBytes) stop(new UnreadableMedia(`gives more than ${Math.round(mostBytes / 1e6)} MB`));
      else chunks.push(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-100_000);
    });
    const settle = (end: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      end();
    };
    child.on('error', (error) => settle(() => reject(error)));
    child.on('close', (code) => settle(() => (refusal === undefined ? done({ code, stdout: Buffer.concat(chunks), stderr }) : reject(refusal))));
  });
}
