import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import sharp from 'sharp';

import { compiledEntry } from '../adapters/child-process/compiled-entry.ts';
import { createSessions } from '../adapters/duckdb/session.ts';
import { packageRoot, toolchainPaths } from '../infra/toolchain/paths.ts';
import { runCommand } from '../infra/toolchain/run-command.ts';
import { type Bar, describeBar, exitCodeOfBars, isMet } from './bars.ts';
import type { EmbedAnswer, EmbedQuestion } from './embed-child.ts';
import { runPeer } from './embed-peer.ts';
import { embedTwice } from './embed-twice.ts';
import { describeMachine, describeVersions } from './machine.ts';
import { scoreSentiment } from './score-sentiment.ts';
import { round, writeResults } from './write-results.ts';

/*
 * npm run bench:embed [-- DATA] [--texts N] [--folder FOLDER]
 *
 * Vectors of real reviews and pictures by the product and, in the same run, by sentence-transformers with its default settings and by PIL with
 * onnxruntime: CPU seconds, likeness of the vectors, what two workers gain, what a second run costs, whether memory stays flat. DATA (default
 * ../shared/data) has WomensClothingReviews and ClothingImages_CC0. Keeps the peers' environment and vectors in FOLDER (a temporary one when
 * absent). Exit code 1: a bar is missed.
 */

const model = 'all-MiniLM-L6-v2';
/** A peer's cost over ours is what the bars are about; written as ours over the peer's, where less is better. */
const most = { fp32: 1 / 1.3, int8: 1 / 3.5, pictures: 1 / 1.3, workers: 1 / 0.9, second: 0.01, distance: 1e-5, pictureDistance: 1e-4, memory: 1.05 } as const;
const soakTexts = 200_000;
const cores = availableParallelism();

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { texts: { type: 'string', default: '20000' }, folder: { type: 'string' } } });
  const data = resolve(positionals[0] ?? join(packageRoot, '..', 'shared', 'data'));
  const sets = { reviews: join(data, 'WomensClothingReviews', 'womens_reviews.parquet'), pictures: join(data, 'ClothingImages_CC0', 'images') };
  for (const file of Object.values(sets)) {
    if (existsSync(file)) continue;
    console.error(`${file} isn't there: say where the data sets are, npm run bench:embed -- DATA`);
    return 2;
  }
  const folder = values.folder ?? (await mkdtemp(join(tmpdir(), 'forecastle-embed-')));
  await mkdir(folder, { recursive: true });
  try {
    return await measure({ ...sets, folder, count: Number(values.texts) });
  } finally {
    if (values.folder === undefined) await rm(folder, { recursive: true, force: true });
  }
}

async function measure({ reviews, pictures, folder, count }: { readonly reviews: string; readonly pictures: string; readonly folder: string; readonly count: number }): Promise<number> {
  const { modelsDir } = toolchainPaths();
  const { texts, recommended } = await readReviews(reviews, count);
  const file = (name: string): string => join(folder, name);
  const lists = { texts: file('texts.json'), pictures: file('pictures.json'), small: file('small.json'), some: file('some.json'), many: file('many.json') };
  await writeFile(lists.texts, JSON.stringify(texts));
  await writeFile(lists.some, JSON.stringify(texts.slice(0, Math.min(2_000, texts.length))));
  // Six words and a number each: other texts, so that nothing is found again, and short, so that it ends today.
  await writeFile(lists.many, JSON.stringify(Array.from({ length: soakTexts }, (_, i) => `${texts[i % texts.length]?.split(' ').slice(0, 6).join(' ') ?? ''} ${String(i)}`)));
  const large = await enlarge(pictures, file('pictures-800'));
  await writeFile(lists.pictures, JSON.stringify(large));
  const small = (await readdir(pictures)).filter((name) => name.endsWith('.jpg')).sort().map((name) => join(pictures, name));
  await writeFile(lists.small, JSON.stringify(small));
  const embedTexts = (dtype: 'fp32' | 'int8', items: string, out?: string, workers = cores): Promise<EmbedAnswer> => ask({ kind: 'texts', modelsDir, model, dtype, workers, items, ...(out !== undefined && { out }) });

  const fp32 = tell('texts, fp32', await embedTexts('fp32', lists.texts, file('fp32.f32')));
  const int8 = tell('texts, int8', await embedTexts('int8', lists.texts, file('int8.f32')));
  const peer = await runPeer('text_vectors.py', [join(modelsDir, model), lists.texts, file('peer.f32')], file('peer'));
  tell(`texts, sentence-transformers ${peer.sentenceTransformers ?? ''}`, peer);
  const embedPictures = (items: string): Promise<EmbedAnswer> => ask({ kind: 'pictures', modelsDir, workers: cores, items, out: file('pictures.f32') });
  const byPil = (of: string): ReturnType<typeof runPeer> => runPeer('picture_vectors.py', [join(modelsDir, 'efficientnet-lite0', 'onnx', 'model.onnx'), of, '224', file('pil.f32')], file('peer'));
  const ours = tell('pictures of 800 pixels', await embedPictures(lists.pictures));
  const pil = tell('pictures of 800 pixels, PIL + onnxruntime', await byPil(file('pictures-800')));
  const thumbnails = { ours: tell('the same of at most 224 pixels', await embedPictures(lists.small)), pil: tell('the same of at most 224 pixels, PIL + onnxruntime', await byPil(pictures)) };

  const spinning = await ask({ kind: 'spin', seconds: 3 });
  const alone = await embedTexts('fp32', lists.some, file('alone.f32'), 1);
  const both = await Promise.all([ask({ kind: 'spin', seconds: 3 }), ask({ kind: 'spin', seconds: 3 })]);
  const together = await embedTexts('fp32', lists.some, file('together.f32'), 2);
  const machineGain = both.reduce((sum, { rows }) => sum + rows, 0) / spinning.rows;
  const ourGain = alone.seconds / together.seconds;
  console.log(`two workers: ${ourGain.toFixed(2)} times as fast as one; two spinning processes do ${machineGain.toFixed(2)} times the work of one`);

  const twice = await embedTwice({ texts, modelsDir, model, folder: file('twice') });
  console.log(`through the activity: ${twice.first.toFixed(1)} s, again ${twice.second.toFixed(2)} s`);
  const soak = tell(`${String(soakTexts)} short texts, int8`, await embedTexts('int8', lists.many));
  const sentiment = { fp32: await scoreSentiment(file('fp32.f32'), fp32.dims, recommended), int8: await scoreSentiment(file('int8.f32'), int8.dims, recommended) };
  console.log(`recommended or not, told from the vectors: AUC ${sentiment.fp32.toFixed(4)} at fp32, ${sentiment.int8.toFixed(4)} at int8`);

  const measured: readonly Bar[] = [
    { name: 'CPU seconds for texts at fp32, over those of sentence-transformers', figure: round(fp32.cpuSeconds / peer.cpuSeconds, 3), atMost: round(most.fp32, 3) },
    { name: 'CPU seconds for texts at int8, over those of sentence-transformers', figure: round(int8.cpuSeconds / peer.cpuSeconds, 3), atMost: round(most.int8, 3) },
    { name: 'largest distance of a text from its twin (1 − cosine)', figure: await largestDistance(file('fp32.f32'), file('peer.f32'), fp32.dims), atMost: most.distance },
    { name: 'CPU seconds for pictures of 800 pixels, over those of PIL and onnxruntime', figure: round(ours.cpuSeconds / pil.cpuSeconds, 3), atMost: round(most.pictures, 3) },
    { name: 'gain of two spinning processes, over that of two workers', figure: round(machineGain / ourGain, 3), atMost: round(most.workers, 3) },
    { name: 'seconds of the second run, over those of the first', figure: round(twice.second / twice.first, 4), atMost: most.second },
    { name: `memory after ${String(soakTexts)} texts, over that after a quarter`, figure: round(soak.lateMiB / soak.earlyMiB, 3), atMost: most.memory },
  ];
  console.log('');
  for (const bar of measured) console.log(describeBar(bar));
  const perSecond = ({ rows, cpuSeconds }: { readonly rows: number; readonly cpuSeconds: number }): number => round(rows / cpuSeconds, 1);
  await writeResults('embed.json', {
    benchmark: 'vectors of reviews and pictures',
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    versions: { ...describeVersions(['@huggingface/transformers', 'sharp']), encoder: fp32.encoder, sentenceTransformers: peer.sentenceTransformers, torch: peer.torch, onnxruntime: pil.onnxruntime },
    bars: measured.map((bar) => ({ ...bar, met: isMet(bar) })),
    texts: texts.length,
    pictures: ours.rows,
    perCpuSecond: { 'texts, fp32': perSecond(fp32), 'texts, int8': perSecond(int8), 'texts, sentence-transformers': perSecond(peer), 'pictures of 800 pixels': perSecond(ours), 'pictures of 800 pixels, PIL and onnxruntime': perSecond(pil), 'pictures of 224 pixels': perSecond(thumbnails.ours), 'pictures of 224 pixels, PIL and onnxruntime': perSecond(thumbnails.pil) },
    peakMiB: { 'texts, fp32': fp32.peakMiB, 'texts, int8': int8.peakMiB, 'texts, sentence-transformers': peer.peakMiB, pictures: ours.peakMiB, [`${String(soakTexts)} texts`]: soak.peakMiB },
    twoWorkers: { ours: round(ourGain, 3), spinning: round(machineGain, 3) },
    secondRun: { first: round(twice.first, 2), second: round(twice.second, 3) },
    sentimentAuc: { fp32: round(sentiment.fp32, 4), int8: round(sentiment.int8, 4) },
  });
  return exitCodeOfBars(measured);
}

/** As shops have them: 800 pixels wide and high, JPEG of quality 88. @returns the files, in order */
async function enlarge(from: string, to: string): Promise<readonly string[]> {
  await mkdir(to, { recursive: true });
  const files: string[] = [];
  for (const name of (await readdir(from)).filter((one) => one.endsWith('.jpg')).sort()) {
    await sharp(join(from, name)).resize(800, 800, { fit: 'cover' }).jpeg({ quality: 88 }).toFile(join(to, name));
    files.push(join(to, name));
  }
  return files;
}

async function readReviews(file: string, count: number): Promise<{ readonly texts: readonly string[]; readonly recommended: readonly boolean[] }> {
  const sessions = createSessions({ memoryLimitMiB: 512, threads: 1, tempFolder: join(tmpdir(), 'forecastle-embed-spill') });
  try {
    const rows = await sessions.use(undefined, (session) => session.rows('SELECT "Review Text" AS text, "Recommended IND" = 1 AS recommended FROM read_parquet($file) WHERE length("Review Text") > 0 LIMIT CAST($count AS BIGINT)', { file, count }));
    return { texts: rows.map((row) => String(row['text'])), recommended: rows.map((row) => row['recommended'] === true) };
  } finally {
    await sessions.close();
  }
}

async function ask(question: EmbedQuestion): Promise<EmbedAnswer> {
  const said = await runCommand(process.execPath, [compiledEntry(new URL('./embed-child.ts', import.meta.url)), JSON.stringify(question)]);
  return JSON.parse(said.trim().split('\n').at(-1) ?? '') as EmbedAnswer;
}

function tell<T extends { readonly rows: number; readonly seconds: number; readonly cpuSeconds: number; readonly peakMiB: number }>(what: string, answer: T): T {
  const { rows, seconds, cpuSeconds, peakMiB } = answer;
  console.log(`${what}: ${String(rows)} in ${cpuSeconds.toFixed(1)} CPU s, ${seconds.toFixed(1)} s; ${(rows / cpuSeconds).toFixed(1)} per CPU second, ${String(peakMiB)} MiB`);
  return answer;
}

/** Of row pairs: 1 − cosine. */
async function largestDistance(a: string, b: string, dims: number): Promise<number> {
  const [left, right] = [floatsOf(await readFile(a)), floatsOf(await readFile(b))];
  let largest = left.length === right.length ? 0 : Number.NaN;
  for (let at = 0; at < left.length; at += dims) {
    let [dot, own, other] = [0, 0, 0];
    for (let i = at; i < at + dims; i += 1) {
      const [x, y] = [left[i] ?? Number.NaN, right[i] ?? Number.NaN];
      dot += x * y;
      own += x * x;
      other += y * y;
    }
    largest = Math.max(largest, 1 - dot / Math.sqrt(own * other));
  }
  return largest;
}

const floatsOf = (bytes: Buffer): Float32Array => new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));

process.exitCode = await main();
