import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ModelWeightsMissing } from '../../contracts/failure.ts';
import type { Recipe } from './models.ts';

/** Files of a sentence encoder that say how it pools and where it cuts; not every repository has them. */
export const recipeFiles = ['1_Pooling/config.json', 'sentence_bert_config.json'] as const;

// What tokenizers say that know no limit.
const noLimit = 1e6;

/**
 * What the files of a model say about itself: pooling from `1_Pooling/config.json` (class token or mean; mean without the file), dims from
 * `hidden_size`, the longest text from `sentence_bert_config.json`, else from the tokenizer, else from the positions that there are. A prefix
 * such as E5's is written in no file: models that need one get it only in the table.
 * @throws ModelWeightsMissing when a file isn't JSON or has no `hidden_size`
 */
export async function readRecipe(folder: string): Promise<Recipe> {
  const config = await json(join(folder, 'config.json'));
  const tokenizer = await json(join(folder, 'tokenizer_config.json'));
  const pooling = await json(join(folder, '1_Pooling/config.json'));
  const sentence = await json(join(folder, 'sentence_bert_config.json'));
  const dims = wholeNumber(config, 'hidden_size') ?? wholeNumber(config, 'd_model');
  if (dims === undefined) throw new ModelWeightsMissing(`${join(folder, 'config.json')} has no hidden_size: are these the files of a sentence encoder?`);
  const positions = wholeNumber(config, 'max_position_embeddings') ?? 512;
  // RoBERTa's kind counts positions from after its padding token.
  const readable = /roberta/i.test(String(config['model_type'] ?? '')) ? positions - 2 : positions;
  const told = wholeNumber(sentence, 'max_seq_length') ?? wholeNumber(tokenizer, 'model_max_length') ?? readable;
  return { pooling: pooling['pooling_mode_cls_token'] === true ? 'cls' : 'mean', prefix: '', dims, maxTokens: Math.min(told, readable) };
}

async function json(file: string): Promise<Readonly<Record<string, unknown>>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value));
  } catch {
    // Told below, like everything else that is no object.
  }
  throw new ModelWeightsMissing(`${file} isn't a JSON object: fetch or copy it again`);
}

function wholeNumber(of: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = of[name];
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value < noLimit ? value : undefined;
}
