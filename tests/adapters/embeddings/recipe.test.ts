import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { readRecipe } from '../../../adapters/embeddings/recipe.ts';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'forecastle-recipe-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

async function folderWith(files: Readonly<Record<string, object | string>>): Promise<string> {
  const folder = await mkdtemp(join(scratch, 'model-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

test('pooling, dims and the longest text come from the files of a sentence encoder', async () => {
  const folder = await folderWith({
    'config.json': { hidden_size: 768, max_position_embeddings: 512 },
    'tokenizer_config.json': { model_max_length: 512 },
    '1_Pooling/config.json': { pooling_mode_cls_token: true, pooling_mode_mean_tokens: false },
    'sentence_bert_config.json': { max_seq_length: 128 },
  });
  expect(await readRecipe(folder)).toEqual({ pooling: 'cls', prefix: '', dims: 768, maxTokens: 128 });
});

test('without them: the mean, and as many tokens as the tokenizer says or there are positions for', async () => {
  const bare = { 'config.json': { hidden_size: 8, max_position_embeddings: 512 } };
  expect(await readRecipe(await folderWith({ ...bare, 'tokenizer_config.json': { model_max_length: 64 } }))).toMatchObject({ pooling: 'mean', maxTokens: 64 });
  expect(await readRecipe(await folderWith({ ...bare, 'tokenizer_config.json': { model_max_length: 1e30 } }))).toMatchObject({ maxTokens: 512 });
  expect(await readRecipe(await folderWith({ 'config.json': { model_type: 'xlm-roberta', hidden_size: 8, max_position_embeddings: 514 } }))).toMatchObject({ maxTokens: 512 });
});

test.each([{ 'config.json': {} }, { 'config.json': '[1' }])('files that say nothing are refused by name', async (files) => {
  await expect(readRecipe(await folderWith(files))).rejects.toMatchObject({ code: 'ModelWeightsMissing', message: expect.stringContaining('config.json') });
});
