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

/**
 * bge-small-zh's published tokenizer.json keeps capitals, which its vocabulary hasn't got: "XP" would be unknown. Its authors' settings
 * (`do_lower_case`) override that in Python; here the file itself says it.
 */
export function lowerCasing(tokenizerJson: Uint8Array): Uint8Array {
  return Buffer.from(Buffer.from(tokenizerJson).toString('utf8').replace('"lowercase": false', '"lowercase": true'));
}

/** What is to be known about the network: BERT's shape. */
function bertConfig(shape: { hidden_size: number; intermediate_size: number; num_attention_heads: number; num_hidden_layers: number; vocab_size: number }): object {
  const { vocab_size, hidden_size, intermediate_size, ...layers } = shape;
  return {
    architectures: ['BertModel'],
    model_type: 'bert',
    hidden_act: 'gelu',
    hidden_size,
    intermediate_size,
    layer_norm_eps: 1e-12,
    max_position_embeddings: 512,
    ...layers,
    pad_token_id: 0,
    position_embedding_type: 'absolute',
    type_vocab_size: 2,
    vocab_size,
  };
}

/** The special tokens must be named: without their names loading ends in "undefined to a BigInt". */
const bertTokenizerConfig = {
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

function file(content: object): Uint8Array {
  return Buffer.from(`${JSON.stringify(content, undefined, 2)}\n`);
}

/** Files that no publisher of the weights has in the same form, by folder and name; written here, so that they are the same for every source. */
export const writtenFiles: ReadonlyMap<string, ReadonlyMap<string, Uint8Array>> = new Map(
  Object.entries({
    'all-MiniLM-L6-v2': bertConfig({ hidden_size: 384, intermediate_size: 1536, num_attention_heads: 12, num_hidden_layers: 6, vocab_size: 30522 }),
    'bge-small-zh-v1.5': bertConfig({ hidden_size: 512, intermediate_size: 2048, num_attention_heads: 8, num_hidden_layers: 4, vocab_size: 21128 }),
  }).map(([folder, config]) => [folder, new Map([['config.json', file(config)], ['tokenizer_config.json', file(bertTokenizerConfig)]])]),
);

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
