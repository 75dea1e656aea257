import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { packageRoot } from './paths.ts';
import { CommandFailed, runCommand } from './run-command.ts';
import { isStamped, pinsDigest, writeStamp } from './stamp.ts';

const requirements = join(packageRoot, 'infra', 'toolchain', 'ffmpeg.txt');

/**
 * Puts FFmpeg's program, which decodes films and sounds, at `ffmpeg` from the wheel of ffmpeg.txt. It is run as a program of its own, never
 * linked. Where there is no wheel, one on the PATH does it too, so that this refuses nothing: it says why, and goes on.
 */
export async function installFfmpeg(
  { ffmpeg, python }: { readonly ffmpeg: string; readonly python: string },
  on: { progress(line: string): void; signal?: AbortSignal; readonly env?: NodeJS.ProcessEnv },
): Promise<void> {
  const folder = dirname(ffmpeg);
  const stamp = join(folder, '.forecastle-installed');
  const pins = pinsDigest(await readFile(requirements, 'utf8'), `${process.platform}-${process.arch}`);
  if (isStamped(stamp, pins)) {
    on.progress('FFmpeg: in place');
    return;
  }
  const scratch = join(folder, 'wheel');
  await rm(folder, { recursive: true, force: true });
  await mkdir(scratch, { recursive: true });
  try {
    on.progress('FFmpeg: fetching its wheel');
    await runCommand(
      python,
      ['-m', 'pip', 'install', '--no-input', '--disable-pip-version-check', '--progress-bar', 'off', '--no-cache-dir', '--no-deps', '--no-compile', '--only-binary=:all:', '--require-hashes', '-r', requirements, '--target', scratch],
      // Without a network this must not take a minute: something on the PATH may do as well.
      { env: { PIP_RETRIES: '1', ...(on.env ?? process.env) }, cwd: scratch, ...(on.signal && { signal: on.signal }) },
    );
    const binaries = join(scratch, 'imageio_ffmpeg', 'binaries');
    const [program] = (await readdir(binaries)).filter((name) => name.startsWith('ffmpeg-'));
    if (program === undefined) throw new CommandFailed(`the package of FFmpeg has no program for ${process.platform}-${process.arch}`);
    await rename(join(binaries, program), ffmpeg);
    writeStamp(stamp, pins);
  } catch (error) {
    on.signal?.throwIfAborted();
    if (!(error instanceof CommandFailed)) throw error;
    on.progress(`FFmpeg: not installed (${error.message.split('\n').at(-1) ?? ''}); films and sounds need one on the PATH`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
