import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

import { withLock } from './file-lock.mjs';
import { requireNode, root } from './package-root.mjs';
import { capture, run } from './run.mjs';

// Compiles to dist/ and bundles the workflows. What is up to date is left alone, so a build with nothing to do takes a blink.

const dist = join(root, 'dist');
const sourceFolders = ['activities', 'adapters', 'api', 'bench', 'cli', 'config', 'contracts', 'domain', 'infra', 'tests', 'workers', 'workflows'];
const workflowSources = ['workflows', 'contracts', 'domain'];
const bundleFile = join(dist, 'workflow-bundle.js');

/** True when dist/ was made from the sources as they are. */
export function isBuilt() {
  return readStamp('build') === sourcesDigest();
}

/**
 * @param {{ log?: (line: string) => void }} options
 * @returns {Promise<boolean>} false when something doesn't compile; what, has been printed
 */
export async function build({ log = console.error } = {}) {
  mkdirSync(dist, { recursive: true });
  if (isBuilt()) return true;
  return withLock(join(dist, '.build-lock'), async () => {
    // Before the compiler reads: what changes meanwhile makes the next build do its work.
    const digest = sourcesDigest();
    if (readStamp('build') === digest) return true;
    const types = await capture(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b', '--pretty', 'false']);
    if (types.code !== 0) {
      log(types.output.trim());
      return false;
    }
    removeOrphans(dist);
    await bundleWorkflows(log);
    if (!(await writeCodeVersions())) return false;
    writeStamp('build', digest);
    return true;
  });
}

async function bundleWorkflows(log) {
  const entry = join(dist, 'workflows', 'index.js');
  if (!existsSync(entry)) {
    log('no workflows/index.ts yet: no workflow bundle');
    return;
  }
  // By content: the compiler touches files whose output didn't change.
  const digest = digestOf(workflowSources.flatMap((folder) => filesIn(join(dist, folder), ['.js'])), (file) => readFileSync(file, 'utf8'));
  if (existsSync(bundleFile) && readStamp('bundle') === digest) return;
  const { bundleWorkflowCode } = await import('@temporalio/worker');
  const quiet = { trace() {}, debug() {}, info() {}, warn: log, error: log, log() {} };
  const { code } = await bundleWorkflowCode({ workflowsPath: entry, logger: quiet });
  writeAtomically(bundleFile, code);
  writeStamp('bundle', digest);
}

async function writeCodeVersions() {
  const script = join(dist, 'workers', 'write-code-versions.js');
  return !existsSync(script) || (await run(process.execPath, [script])) === 0;
}

/** Compiled files whose source was removed or renamed would still be found by imports and by globs. */
function removeOrphans(folder) {
  for (const file of filesIn(folder, ['.js'])) {
    const source = join(root, relative(dist, file)).replace(/\.js$/, '.ts');
    const isCompiled = existsSync(`${file}.map`);
    if (!isCompiled || existsSync(source) || existsSync(`${source}x`)) continue;
    for (const gone of [file, `${file}.map`, file.replace(/\.js$/, '.d.ts')]) rmSync(gone, { force: true });
  }
}

function sourcesDigest() {
  const files = [
    ...sourceFolders.flatMap((folder) => filesIn(join(root, folder), ['.ts', '.tsx', '.py', '.sql', '.json'])),
    ...readdirSync(root).filter((name) => /^tsconfig.*\.json$|^package-lock\.json$|^vitest\.config\.ts$/.test(name)).map((name) => join(root, name)),
    // The locked Python packages are part of the code versions.
    join(root, 'infra', 'toolchain', 'requirements.txt'),
  ];
  return digestOf(files, (file) => {
    const { mtimeMs, size } = statSync(file);
    return `${mtimeMs} ${size}`;
  });
}

function digestOf(files, describe) {
  const hash = createHash('sha256');
  for (const file of files.sort()) hash.update(`${relative(root, file)}\0${describe(file)}\0`);
  return hash.digest('hex');
}

function filesIn(folder, extensions) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && extensions.some((extension) => entry.name.endsWith(extension)))
    .map((entry) => join(entry.parentPath, entry.name));
}

function readStamp(name) {
  const file = join(dist, `.${name}-stamp`);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function writeStamp(name, digest) {
  writeAtomically(join(dist, `.${name}-stamp`), digest);
}

function writeAtomically(file, content) {
  writeFileSync(`${file}.part`, content);
  renameSync(`${file}.part`, file);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  requireNode();
  const { ensureNpmPackages } = await import('./npm-packages.mjs');
  await ensureNpmPackages();
  process.exit((await build()) ? 0 : 1);
}
