import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { hasContent } from './model-files.ts';
import { readModelsLock } from './models-lock.schema.ts';
import type { LockedModel } from './models-lock.schema.ts';
import type { Prerequisite } from './prerequisites.ts';

/** Chosen by the language of texts like the others, but by no registry's package. */
const multilingual = { name: 'multilingual-e5-small', files: ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model.onnx'] };

/**
 * Which text models there are, in what state, and where those that are missing come from. Reads every file: ~0.3 s.
 * @param modelsDir one folder per model
 */
export async function checkTextModels(modelsDir: string): Promise<readonly Prerequisite[]> {
  const pinned = await Promise.all(Object.entries(readModelsLock()).map(([name, locked]) => checkPinned(name, locked, modelsDir)));
  const e5 = join(modelsDir, multilingual.name);
  const missing = multilingual.files.find((file) => !existsSync(join(e5, file)));
  const hub = join(modelsDir, '.hub');
  const fetched = foldersIn(hub).flatMap((owner) => foldersIn(join(hub, owner)).flatMap((name) => foldersIn(join(hub, owner, name)).map((commit) => ({ id: `${owner}/${name}`, commit }))));
  const e5Fetched = fetched.find(({ id }) => id === `Xenova/${multilingual.name}`);
  return [
    ...pinned,
    {
      name: 'text model', optional: true, ok: missing === undefined || e5Fetched !== undefined,
      found: missing === undefined ? `${multilingual.name}: copied into ${e5}` : e5Fetched !== undefined ? `${multilingual.name}: from the model hub, at ${e5Fetched.commit.slice(0, 8)}` : `no ${multilingual.name}: ${join(e5, missing)} isn't there`,
      remedy: `only texts that are neither mostly English nor mostly Chinese need it: start the stack with HF_ENDPOINT set to a model hub that answers, or copy ${multilingual.files.join(', ')} of Xenova/${multilingual.name} into that folder, or name another model in \`embeddings.text.model\``,
    },
    ...fetched.filter((one) => one !== e5Fetched).map(({ id, commit }) => ({ name: 'model of the hub', optional: true, ok: true, found: `${id} at ${commit.slice(0, 8)}, in ${join(hub, id, commit)}`, remedy: '' })),
  ];
}

async function checkPinned(name: string, locked: LockedModel, modelsDir: string): Promise<Prerequisite> {
  const folder = join(modelsDir, locked.folder);
  const files = Object.entries(locked.files);
  const missing = files.filter(([file]) => !existsSync(join(folder, file))).map(([file]) => file);
  const states = await Promise.all(files.map(async ([file, expected]) => ({ file, same: await hasContent(join(folder, file), expected) })));
  const other = states.filter(({ file, same }) => !same && !missing.includes(file)).map(({ file }) => file);
  const { repository, revision } = locked.hub;
  const weights = files.map(([file]) => file).filter((file) => file.endsWith('.onnx')).join(', ');
  return {
    name: 'text model',
    // Other bytes work too, and vectors carry their digest: a person may have put them there on purpose.
    ok: missing.length === 0,
    optional: true,
    found:
      missing.length > 0
        ? `no ${name}: ${missing.join(', ')} missing in ${folder}`
        : other.length > 0
          ? `${name}: a person's own (${other.join(', ')} differ from the pinned ones), in ${folder}`
          : `${name}: the pinned bytes of ${repository}${revision === 'main' ? '' : ` at ${revision.slice(0, 8)}`}, in ${folder}`,
    remedy:
      'only pipelines with `embeddings` need it. Three ways: `npx forecastle install` with a model hub that answers (HF_ENDPOINT names ' +
      `another one); the same with Maven (\`mvn\`) and a repository that has ${locked.maven.artifact}; or copy ${weights} and tokenizer.json of ${repository} into that folder`,
  };
}

function foldersIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder, { withFileTypes: true }).filter((one) => one.isDirectory()).map(({ name }) => name).sort() : [];
}
