import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { ModelWeightsMissing, ServiceUnavailable } from '../contracts/failure.ts';

const stallMs = 30_000;
const commitForm = /^[0-9a-f]{40}$/;

export interface HubModel {
  readonly repository: string;
  /** A commit, a tag or a branch. */
  readonly revision: string;
  /** What it consists of. */
  readonly files: readonly string[];
  /** What some repositories have besides. */
  readonly optional: readonly string[];
  /** SHA-256 of files where they are pinned. */
  readonly sha256: ReadonlyMap<string, string>;
  readonly modelsDir: string;
  readonly endpoint: string;
  /** Where a person puts the files when the hub gives nothing. */
  readonly byHand: string;
}

/**
 * Fetches files of a repository into `<modelsDir>/.hub/<repository>/<commit>`; files that are there are kept, and nothing is asked once all are.
 * A branch is looked up once and then stays at the commit it had, so that the next run has the same vectors; `owner/name@commit` asks for
 * another. Files are checked against their pinned SHA-256, else against the one that the hub keeps of its large files. The library could
 * download too, but it asks its main branch whether there is a tokenizer whatever revision it is given, and gives bytes to the native
 * runtime before anyone can check them.
 * @returns the folder, and the commit where it is known
 * @throws ModelWeightsMissing when the hub hasn't the model or gives other bytes; ServiceUnavailable when it doesn't answer
 */
export async function fetchFromHub(model: HubModel): Promise<{ readonly folder: string; readonly commit?: string }> {
  const root = join(model.modelsDir, '.hub', ...model.repository.split('/'));
  const commit = await commitOf(model, join(root, `${model.revision}.commit`));
  const at = commit ?? model.revision;
  const folder = join(root, at);
  for (const name of model.files) if (!(await exists(join(folder, name)))) await fetchFile(model, at, name, join(folder, name));
  // What a repository hasn't got would be asked for at every start.
  const asked = join(folder, `.asked-${createHash('sha256').update(model.optional.join()).digest('hex').slice(0, 8)}`);
  if (model.optional.length > 0 && !(await exists(asked))) {
    for (const name of model.optional) {
      const there = (await ask(model, urlOf(model, at, name), 'HEAD', { absent: true })).status !== 404;
      if (there && !(await exists(join(folder, name)))) await fetchFile(model, at, name, join(folder, name));
    }
    await writeFile(asked, '');
  }
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
  const expected = model.sha256.get(name) ?? /^"?([0-9a-f]{64})"?$/.exec((await ask(model, url, 'HEAD')).headers.get('x-linked-etag') ?? '')?.[1];
  // Two processes may fetch the same file: each into its own part, and the later rename changes nothing.
  const part = `${file}.${randomUUID()}.part`;
  await mkdir(dirname(file), { recursive: true });
  const hash = createHash('sha256');
  const stall = new AbortController();
  const timer = setTimeout(() => stall.abort(new Error(`no answer for ${stallMs / 1000} s`)), stallMs);
  try {
    const { body } = await ask(model, url, 'GET', { signal: stall.signal });
    const bytes = async function* (): AsyncGenerator<Uint8Array> {
      const reader = body?.getReader();
      for (let step = await reader?.read(); step !== undefined && !step.done; step = await reader?.read()) {
        timer.refresh();
        hash.update(step.value);
        yield step.value;
      }
    };
    await pipeline(bytes, createWriteStream(part));
    const digest = hash.digest('hex');
    if (expected !== undefined && digest !== expected) {
      throw new ModelWeightsMissing(`${url} isn't ${model.sha256.has(name) ? 'the pinned file' : 'what the model hub says it is'}: its SHA-256 is ${digest}, not ${expected}`);
    }
    await rename(part, file);
  } catch (error) {
    throw error instanceof ModelWeightsMissing || error instanceof ServiceUnavailable ? error : unavailable(model, url, error);
  } finally {
    clearTimeout(timer);
    await rm(part, { force: true });
  }
}

async function ask(model: HubModel, url: string, method: 'HEAD' | 'GET', { signal = AbortSignal.timeout(stallMs), absent = false }: { readonly signal?: AbortSignal; readonly absent?: boolean } = {}): Promise<Response> {
  const token = process.env['HF_TOKEN'];
  const response = await fetch(url, { method, signal, redirect: method === 'HEAD' ? 'manual' : 'follow', ...(token && { headers: { authorization: `Bearer ${token}` } }) }).catch((error: unknown) => {
    throw unavailable(model, url, error);
  });
  if (absent && response.status === 404) return response;
  // The hub answers 401 for a repository that doesn't exist.
  if ([401, 403, 404].includes(response.status)) throw new ModelWeightsMissing(`the model hub hasn't got ${url} (HTTP status ${response.status}): it has to have ${model.files.join(', ')}`);
  if (response.status >= 400) throw unavailable(model, url, new Error(`HTTP status ${response.status}`));
  return response;
}

function unavailable({ repository, files, byHand }: HubModel, url: string, error: unknown): ServiceUnavailable {
  return new ServiceUnavailable(
    `the model hub doesn't give ${url} (${innermostMessage(error)}): set HF_ENDPOINT to one that answers, or copy ${files.join(', ')} of ${repository} into ${byHand}`,
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

export async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}
