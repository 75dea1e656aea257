import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { ModelWeightsMissing, ServiceUnavailable } from '../../contracts/failure.ts';
import { exists } from './file-exists.ts';

const stallMs = 30_000;
const commitForm = /^[0-9a-f]{40}$/;

export interface HubModel {
  readonly repository: string;
  /** A commit, a tag or a branch. */
  readonly revision: string;
  readonly files: readonly string[];
  readonly modelsDir: string;
  readonly endpoint: string;
}

/**
 * Fetches files of a repository into `<modelsDir>/.hub/<repository>/<commit>`; files that are there are kept. A branch is looked up once and then
 * stays at the commit it had, so that the next run has the same vectors; `owner/name@commit` asks for another. Large files are checked against
 * the SHA-256 that the hub keeps of them.
 * @throws ModelWeightsMissing when the hub hasn't the model or gives other bytes; ServiceUnavailable when it doesn't answer
 */
export async function fetchFromHub(model: HubModel): Promise<{ readonly folder: string; readonly commit?: string }> {
  const root = join(model.modelsDir, '.hub', ...model.repository.split('/'));
  const commit = await commitOf(model, join(root, `${model.revision}.commit`));
  const at = commit ?? model.revision;
  const folder = join(root, at);
  for (const name of model.files) if (!(await exists(join(folder, name)))) await fetchFile(model, at, name, join(folder, name));
  return { folder, ...(commit !== undefined && { commit }) };
}

/** Mirrors that don't say it give what the branch has at the moment. */
async function commitOf(model: HubModel, remembered: string): Promise<string | undefined> {
  if (commitForm.test(model.revision)) return model.revision;
  if (await exists(remembered)) return (await readFile(remembered, 'utf8')).trim();
  const [first = ''] = model.files;
  const commit = (await ask(model, urlOf(model, model.revision, first), 'HEAD')).headers.get('x-repo-commit') ?? '';
  if (!commitForm.test(commit)) return undefined;
  await mkdir(dirname(remembered), { recursive: true });
  const part = `${remembered}.${randomUUID()}.part`;
  await writeFile(part, `${commit}\n`);
  await rename(part, remembered);
  return commit;
}

async function fetchFile(model: HubModel, revision: string, name: string, file: string): Promise<void> {
  const url = urlOf(model, revision, name);
  // Large files lie elsewhere: only the answer that names the place tells their SHA-256.
  const expected = /^"?([0-9a-f]{64})"?$/.exec((await ask(model, url, 'HEAD')).headers.get('x-linked-etag') ?? '')?.[1];
  // Two processes may fetch the same file: each into its own part, and the later rename changes nothing.
  const part = `${file}.${randomUUID()}.part`;
  await mkdir(dirname(file), { recursive: true });
  const hash = createHash('sha256');
  try {
    const stall = new AbortController();
    const timer = setTimeout(() => stall.abort(new Error(`no answer for ${stallMs / 1000} s`)), stallMs);
    try {
      const { body } = await ask(model, url, 'GET', stall.signal);
      const bytes = async function* (): AsyncGenerator<Uint8Array> {
        const reader = body?.getReader();
        for (let step = await reader?.read(); step !== undefined && !step.done; step = await reader?.read()) {
          timer.refresh();
          hash.update(step.value);
          yield step.value;
        }
      };
      await pipeline(bytes, createWriteStream(part));
    } catch (error) {
      throw error instanceof ModelWeightsMissing || error instanceof ServiceUnavailable ? error : unavailable(model, url, error);
    } finally {
      clearTimeout(timer);
    }
    const digest = hash.digest('hex');
    if (expected !== undefined && digest !== expected) throw new ModelWeightsMissing(`${url} isn't what the model hub says it is: its SHA-256 is ${digest}, not ${expected}`);
    await rename(part, file);
  } finally {
    await rm(part, { force: true });
  }
}

async function ask(model: HubModel, url: string, method: 'HEAD' | 'GET', signal: AbortSignal = AbortSignal.timeout(stallMs)): Promise<Response> {
  const token = process.env['HF_TOKEN'];
  const response = await fetch(url, { method, signal, redirect: method === 'HEAD' ? 'manual' : 'follow', ...(token && { headers: { authorization: `Bearer ${token}` } }) }).catch((error: unknown) => {
    throw unavailable(model, url, error);
  });
  // The hub answers 401 for a repository that doesn't exist.
  if ([401, 403, 404].includes(response.status)) throw new ModelWeightsMissing(`the model hub hasn't got ${url} (HTTP status ${response.status}): it has to have ${model.files.join(' and ')}`);
  if (response.status >= 400) throw unavailable(model, url, new Error(`HTTP status ${response.status}`));
  return response;
}

function unavailable({ repository, files, modelsDir }: HubModel, url: string, error: unknown): ServiceUnavailable {
  return new ServiceUnavailable(
    `the model hub doesn't give ${url} (${innermostMessage(error)}): set HF_ENDPOINT to one that answers, or copy ${files.join(', ')} of ${repository} into ${join(modelsDir, ...repository.split('/'))}`,
    { cause: error },
  );
}

function urlOf({ endpoint, repository }: HubModel, revision: string, name: string): string {
  return `${endpoint.replace(/\/+$/, '')}/${repository}/resolve/${revision}/${name}`;
}

/** On one line: `fetch failed` alone helps nobody. */
export function innermostMessage(error: unknown): string {
  let innermost: unknown = error;
  while (innermost instanceof Error && innermost.cause !== undefined) innermost = innermost.cause;
  return (innermost instanceof Error ? innermost.message : String(innermost)).split('\n')[0]?.slice(0, 200) ?? '';
}
