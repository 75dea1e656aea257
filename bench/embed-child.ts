import { readFile, writeFile } from 'node:fs/promises';

import { compiledEntry } from '../adapters/child-process/compiled-entry.ts';
import { createTextEncoder } from '../adapters/embeddings/text-encoder.ts';
import { createMediaEncoder } from '../adapters/media-encoders/create-media-encoder.ts';
import { measured, watchMemory } from './process-costs.ts';

/** One piece of work for a process of its own, whose time and memory are the work's alone. */
export type EmbedQuestion =
  | { readonly kind: 'texts'; readonly modelsDir: string; readonly model: string; readonly dtype: 'fp32' | 'int8'; readonly workers: number; readonly items: string; /** File for the vectors; absent: they are not kept. */ readonly out?: string }
  | { readonly kind: 'pictures'; readonly modelsDir: string; readonly workers: number; readonly items: string; readonly out?: string }
  | { readonly kind: 'spin'; readonly seconds: number };

export interface EmbedAnswer {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly rows: number;
  readonly dims: number;
  readonly peakMiB: number;
  /** Most memory until a quarter of the items was done, and after. */
  readonly earlyMiB: number;
  readonly lateMiB: number;
  /** `id` of the encoder. */
  readonly encoder: string;
}

const groupSize = 1_000;

async function answer(question: EmbedQuestion): Promise<EmbedAnswer> {
  if (question.kind === 'spin') return spin(question.seconds);
  const items = JSON.parse(await readFile(question.items, 'utf8')) as readonly string[];
  const { modelsDir, workers } = question;
  const { encoder, embed } = question.kind === 'texts' ? await texts(question) : await pictures({ modelsDir, workers });
  const memory = watchMemory();
  await embed(items.slice(0, 64), () => undefined);
  let [done, earlyMiB, lateMiB] = [0, 0, 0];
  const told = (count: number): void => {
    done += count;
    const now = process.memoryUsage.rss() / 2 ** 20;
    if (done <= items.length / 4) earlyMiB = Math.max(earlyMiB, now);
    else lateMiB = Math.max(lateMiB, now);
  };
  let dims = 0;
  const { value, cost } = await measured(async () => {
    if (question.out !== undefined) return embed(items, told);
    // As the activity does: a group at a time, and nothing of it is kept.
    for (let from = 0; from < items.length; from += groupSize) dims = (await embed(items.slice(from, from + groupSize), told)).length / Math.min(groupSize, items.length - from);
    return undefined;
  });
  if (question.out !== undefined && value !== undefined) await writeFile(question.out, new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  memory.stop();
  return { ...cost, rows: items.length, dims: value === undefined ? dims : value.length / items.length, peakMiB: memory.peakMiB(), earlyMiB: Math.round(earlyMiB), lateMiB: Math.round(lateMiB), encoder };
}

type Embed = (items: readonly string[], told: (count: number) => void) => Promise<Float32Array>;

async function texts({ modelsDir, model, dtype, workers }: EmbedQuestion & { readonly kind: 'texts' }): Promise<{ readonly encoder: string; readonly embed: Embed }> {
  const encoder = await createTextEncoder({ modelsDir, model, dtype, workers });
  return { encoder: encoder.describe().id, embed: async (items, told) => (await encoder.embed(items, { batch: (positions) => told(positions.length) })).vectors };
}

async function pictures({ modelsDir, workers }: { readonly modelsDir: string; readonly workers: number }): Promise<{ readonly encoder: string; readonly embed: Embed }> {
  const encoder = await createMediaEncoder('image', { modelsDir, model: 'efficientnet-lite0', workers: { count: workers, entry: compiledEntry(new URL('../adapters/media-encoders/encoder-thread.ts', import.meta.url)) } });
  return { encoder: encoder.describe().id, embed: async (items, told) => (await encoder.embed(items.map((file) => ({ file })), { batch: (positions) => told(positions.length) })).vectors };
}

/** Adds numbers for so long; `rows` counts how far it came. */
function spin(seconds: number): EmbedAnswer {
  const until = performance.now() + 1000 * seconds;
  let [rows, sum] = [0, 0];
  for (; performance.now() < until; rows += 1) for (let i = 0; i < 100_000; i += 1) sum += i;
  return { seconds, cpuSeconds: seconds, rows: sum > 0 ? rows : 0, dims: 0, peakMiB: 0, earlyMiB: 0, lateMiB: 0, encoder: 'none' };
}

console.log(JSON.stringify(await answer(JSON.parse(process.argv[2] ?? '') as EmbedQuestion)));
process.exit(0);
