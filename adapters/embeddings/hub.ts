import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { ModelWeightsMissing, ServiceUnavailable } from '../../contracts/failure.ts';
import type { EncoderModel } from './models.ts';
import { weightsFiles } from './models.ts';

const stallMs = 30_000;

/**
 * Fetches the model's files at its pinned revision into `<modelsDir>/.hub/<repository>/<revision>`; files that are there are
 * kept. The library could download too, but it asks its main branch whether there is a tokenizer whatever revision it is given,
 * and gives bytes to the native runtime before anyone can check them.
 * @returns the folder
 * @throws ModelWeightsMissing when the hub hasn't the model or has other bytes; ServiceUnavailable when it doesn't answer
 */
export async function fetchFromHub(model: EncoderModel, modelsDir: string, endpoint: string): Promise<string> {
  const { repository, revision } = model.hub;
  const folder = join(modelsDir, '.hub', ...repository.split('/'), revision);
  for (const name of weightsFiles) {
    const file = join(folder, name);
    if (await exists(file)) continue;
    await fetchFile({
      url: `${endpoint.replace(/\/+$/, '')}/${repository}/resolve/${revision}/${name}`,
      file,
      byHand: { repository, folder: join(modelsDir, model.name) },
      ...(name === 'onnx/model.onnx' && model.weightsSha256 !== undefined && { sha256: model.weightsSha256 }),
    });
  }
  return folder;
}

interface HubFile {
  readonly url: string;
  readonly file: string;
  readonly sha256?: string;
  /** What a person copies, and where to, when the hub gives nothing. */
  readonly byHand: { readonly repository: string; readonly folder: string };
}

async function fetchFile({ url, file, sha256, byHand: { repository, folder } }: HubFile): Promise<void> {
  // Two processes may fetch the same file: each into its own part, and the later rename changes nothing.
  const part = `${file}.${randomUUID()}.part`;
  await mkdir(dirname(file), { recursive: true });
  const stall = new AbortController();
  let timer = setTimeout(() => stall.abort(new Error(`no answer for ${stallMs / 1000} s`)), stallMs);
  const hash = createHash('sha256');
  try {
    const token = process.env['HF_TOKEN'];
    const response = await fetch(url, { signal: stall.signal, ...(token && { headers: { authorization: `Bearer ${token}` } }) });
    // The hub answers 401 for a repository that doesn't exist.
    if ([401, 403, 404].includes(response.status)) throw new ModelWeightsMissing(`the model hub hasn't got ${url} (HTTP status ${response.status})`);
    if (!response.ok) throw new Error(`HTTP status ${response.status}`);
    const bytes = async function* (): AsyncGenerator<Uint8Array> {
      const reader = response.body?.getReader();
      for (let step = await reader?.read(); step !== undefined && !step.done; step = await reader?.read()) {
        timer = timer.refresh();
        hash.update(step.value);
        yield step.value;
      }
    };
    await pipeline(bytes, createWriteStream(part));
    const digest = hash.digest('hex');
    if (sha256 !== undefined && digest !== sha256) throw new ModelWeightsMissing(`${url} isn't the pinned file: its SHA-256 is ${digest}, not ${sha256}`);
    await rename(part, file);
  } catch (error) {
    if (error instanceof ModelWeightsMissing) throw error;
    throw new ServiceUnavailable(`the model hub doesn't give ${url} (${innermostMessage(error)}): set HF_ENDPOINT to one that answers, or copy ${weightsFiles.join(', ')} of ${repository} into ${folder}`, { cause: error });
  } finally {
    clearTimeout(timer);
    await rm(part, { force: true });
  }
}

/** On one line: `fetch failed` alone helps nobody. */
export function innermostMessage(error: unknown): string {
  let innermost: unknown = error;
  while (innermost instanceof Error && innermost.cause !== undefined) innermost = innermost.cause;
  return (innermost instanceof Error ? innermost.message : String(innermost)).split('\n')[0]?.slice(0, 200) ?? '';
}

export async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}
