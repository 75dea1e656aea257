import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { lock } from '../local/pid-lock.ts';
import { installDuckdbExtensions } from './install-duckdb-extensions.ts';
import { installFfmpeg } from './install-ffmpeg.ts';
import { installPictureModel } from './install-picture-model.ts';
import { installPostgres, postgresPins, postgresStampFile } from './install-postgres.ts';
import { installPython, pythonPins } from './install-python.ts';
import { installModels } from './models.ts';
import { toolchainPaths } from './paths.ts';
import type { ToolchainPaths } from './paths.ts';
import { isStamped, pinsDigest, writeStamp } from './stamp.ts';

/** What the installer is doing; `part` reads as a line for a person. */
export type InstallProgress =
  | { readonly event: 'waiting'; readonly pid: number }
  | { readonly event: 'current' | 'started'; readonly part: string }
  | { readonly event: 'line'; readonly part: string; readonly line: string }
  | { readonly event: 'done'; readonly part: string; readonly seconds: number };

export interface InstallOptions {
  /** Default: `.toolchain` beside package.json, or FORECASTLE_TOOLCHAIN. */
  readonly toolchainDir?: string;
  onProgress?(progress: InstallProgress): void;
  readonly signal?: AbortSignal;
}

/** One separately stamped piece of the toolchain. */
interface Part {
  readonly title: string;
  /** Written last; without one the part looks for itself what is missing, and is called every time. */
  readonly stamp?: { readonly file: string; readonly pins: string };
  install(on: { progress(line: string): void; signal?: AbortSignal }): Promise<void> | void;
}

/**
 * Installs what is missing or pinned otherwise, and nothing else. Killed at any moment, the next call finishes the work.
 * A second call in the same folder waits for the first.
 * @throws CommandFailed that says what to do
 */
export async function installToolchain(options: InstallOptions = {}): Promise<ToolchainPaths> {
  const report = (progress: InstallProgress): void => options.onProgress?.(progress);
  const paths = toolchainPaths(options.toolchainDir);
  mkdirSync(paths.toolchainDir, { recursive: true });
  const held = await lock(join(paths.toolchainDir, 'install.lock'), {
    onWait: (pid) => report({ event: 'waiting', pid }),
    ...(options.signal && { signal: options.signal }),
  });
  try {
    for (const part of partsOf(paths)) await installPart(part, report, options.signal);
  } finally {
    held.release();
  }
  // Read again: the folder of Python's packages carries a version that is known only now.
  return toolchainPaths(options.toolchainDir);
}

async function installPart(part: Part, report: (progress: InstallProgress) => void, signal?: AbortSignal): Promise<void> {
  if (part.stamp !== undefined && isStamped(part.stamp.file, part.stamp.pins)) {
    report({ event: 'current', part: part.title });
    return;
  }
  signal?.throwIfAborted();
  report({ event: 'started', part: part.title });
  const began = performance.now();
  await part.install({
    progress: (line) => report({ event: 'line', part: part.title, line }),
    ...(signal && { signal }),
  });
  if (part.stamp !== undefined) writeStamp(part.stamp.file, part.stamp.pins);
  report({ event: 'done', part: part.title, seconds: (performance.now() - began) / 1000 });
}

function partsOf(paths: ToolchainPaths): readonly Part[] {
  const python = pythonPins();
  const chosenModels = process.env['FORECASTLE_MODELS'];
  const modelsDir = chosenModels ? resolve(chosenModels) : paths.modelsDir;
  return [
    {
      title: 'PostgreSQL',
      stamp: { file: postgresStampFile(paths), pins: postgresPins(paths) },
      install: (on) => installPostgres(paths, on),
    },
    {
      title: 'Temporal, SeaweedFS, MLflow, Optuna, LightGBM',
      // In the environment itself: a folder that someone removed takes its stamp along.
      stamp: { file: join(paths.venv, '.forecastle-installed'), pins: python },
      install: (on) => installPython(paths, on),
    },
    {
      title: 'DuckDB extensions',
      stamp: { file: join(paths.duckdbExtensionsDir, '.forecastle-installed'), pins: pinsDigest(python, 'duckdb') },
      install: () => installDuckdbExtensions(toolchainPaths(paths.toolchainDir)),
    },
    {
      title: 'text model',
      install: ({ progress, signal }) =>
        installModels({
          modelsDir,
          onProgress: progress,
          ...(signal && { signal }),
        }),
    },
    {
      title: 'picture model',
      install: ({ progress, signal }) => installPictureModel({ modelsDir, python: paths.python, onProgress: progress, ...(signal && { signal }) }),
    },
    { title: 'FFmpeg', install: (on) => installFfmpeg(paths, on) },
  ];
}
