import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

import { z } from 'zod';

/** SHA-256 in lower-case hex; undefined when there is no such file. */
export async function digestOf(file: string, signal?: AbortSignal): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file, signal && { signal })) hash.update(z.instanceof(Buffer).parse(chunk));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  return hash.digest('hex');
}

/** True when the file is there with these bytes; a wrong size is noticed without reading it. */
export async function hasContent(file: string, expected: { sha256: string; bytes: number }, signal?: AbortSignal): Promise<boolean> {
  try {
    if ((await stat(file)).size !== expected.bytes) return false;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
  return (await digestOf(file, signal)) === expected.sha256;
}

/** Readers see no file or all of it, after a power cut as well. */
export async function placeFile(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const part = `${file}.${process.pid}.part`;
  try {
    const handle = await open(part, 'w');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/**
 * The published tokenizer.json pads and truncates every text to 128 tokens. Both are the encoder's business: padding to 128
 * costs three times the work, and the model reads 256 tokens.
 */
export function withoutFixedLength(tokenizerJson: Uint8Array): Uint8Array {
  // On the text, whose digest is known: parsed and written again, the vocabulary's order would change ("7" before "the").
  const text = Buffer.from(tokenizerJson).toString('utf8');
  const changed = text.replace(/"truncation": \{[^{}]*\}/, '"truncation": null').replace(/"padding": \{[^{}]*\{[^{}]*\}[^{}]*\}/, '"padding": null');
  return Buffer.from(changed);
}

/** What transformers.js needs to know about the network; the values are BERT's shape of all-MiniLM-L6-v2. */
const miniLmConfig = {
  architectures: ['BertModel'],
  model_type: 'bert',
  hidden_act: 'gelu',
  hidden_size: 384,
  intermediate_size: 1536,
  layer_norm_eps: 1e-12,
  max_position_embeddings: 512,
  num_attention_heads: 12,
  num_hidden_layers: 6,
  pad_token_id: 0,
  position_embedding_type: 'absolute',
  type_vocab_size: 2,
  vocab_size: 30522,
};

/** The special tokens must be named: without their names loading ends in "undefined to a BigInt". */
const miniLmTokenizerConfig = {
  tokenizer_class: 'BertTokenizer',
  do_lower_case: true,
  do_basic_tokenize: true,
  strip_accents: null,
  tokenize_chinese_chars: true,
  model_max_length: 512,
  cls_token: '[CLS]',
  mask_token: '[MASK]',
  pad_token: '[PAD]',
  sep_token: '[SEP]',
  unk_token: '[UNK]',
};

/** Files that no publisher of the weights has in the same form; written here, so that they are the same for every source. */
export const writtenFiles: ReadonlyMap<string, Uint8Array> = new Map([
  ['config.json', Buffer.from(`${JSON.stringify(miniLmConfig, undefined, 2)}\n`)],
  ['tokenizer_config.json', Buffer.from(`${JSON.stringify(miniLmTokenizerConfig, undefined, 2)}\n`)],
]);

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
