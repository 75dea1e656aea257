import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

import { PreTrainedTokenizer } from '@huggingface/transformers';

import { ModelWeightsMissing } from '../../contracts/failure.ts';
import { innermostMessage } from '../model-hub.ts';
import type { Recipe } from './models.ts';

/** Turns texts into the ids that the network reads. */
export interface Tokens {
  readonly padId: number;
  /** @throws the abort reason */
  of(texts: readonly string[], signal?: AbortSignal): Promise<readonly (readonly number[])[]>;
}

// ~15 ms of work: heartbeats and pings get their turn in between.
const textsPerYield = 64;
// No model reads so far; a text of megabytes would block the thread for seconds.
const charactersRead = 100_000;

/** @throws ModelWeightsMissing when the tokenizer's files can't be read */
export async function openTokens(folder: string, { prefix, maxTokens }: Pick<Recipe, 'prefix' | 'maxTokens'>): Promise<Tokens> {
  const tokenizer = await load(folder).catch((error: unknown) => {
    throw new ModelWeightsMissing(`the tokenizer in ${folder} can't be loaded (${innermostMessage(error)}): fetch or copy its files again`, { cause: error });
  });
  const idsOf = (text: string): number[] => tokenizer(text, { return_tensor: false, padding: false, truncation: false }).input_ids;
  const closing = idsOf('').at(-1);
  /** The library's own truncation cuts the closing special token off, which moves the vector by up to 0.005 from Python's. */
  const cut = (ids: number[]): number[] => {
    if (ids.length <= maxTokens) return ids;
    return closing !== undefined && ids.at(-1) === closing ? [...ids.slice(0, maxTokens - 1), closing] : ids.slice(0, maxTokens);
  };
  return {
    padId: Number(tokenizer.pad_token_id ?? 0),
    async of(texts, signal) {
      const ids: number[][] = [];
      for (const [index, text] of texts.entries()) {
        if (index % textsPerYield === 0) {
          signal?.throwIfAborted();
          await setImmediate();
        }
        ids.push(cut(idsOf(prefix + text.slice(0, charactersRead))));
      }
      return ids;
    },
  };
}

async function load(folder: string): Promise<PreTrainedTokenizer> {
  const read = async (name: string): Promise<Readonly<Record<string, unknown>>> => objectOf(JSON.parse(await readFile(join(folder, name), 'utf8')));
  const [tokenizer, config] = [await read('tokenizer.json'), await read('tokenizer_config.json')];
  return new PreTrainedTokenizer({ ...tokenizer, normalizer: normalizerOf(tokenizer, config) }, config);
}

/** As in Python, a BERT tokenizer's settings override what its tokenizer.json says: bge-small-zh's keeps capitals, which its vocabulary hasn't got. */
function normalizerOf(tokenizer: Readonly<Record<string, unknown>>, config: Readonly<Record<string, unknown>>): unknown {
  const normalizer = tokenizer['normalizer'];
  if (typeof normalizer !== 'object' || normalizer === null || !('type' in normalizer) || normalizer.type !== 'BertNormalizer') return normalizer;
  const { do_lower_case: lowercase, tokenize_chinese_chars: chinese } = config;
  return { ...normalizer, ...(typeof lowercase === 'boolean' && { lowercase }), ...(typeof chinese === 'boolean' && { handle_chinese_chars: chinese }) };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('not a JSON object');
  return Object.fromEntries(Object.entries(value));
}
