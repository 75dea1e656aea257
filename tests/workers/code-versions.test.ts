import { readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { packageRoot } from '../../infra/toolchain/paths.ts';
import { type ActivityCode, activityCode, readCodeVersions } from '../../workers/code-versions.ts';
import { hashCode } from '../../workers/hash-code.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forecastle-code-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the code version of a cached activity', () => {
  const sampler = readdirSync(join(packageRoot, 'workers', 'sampler')).filter((name) => name.endsWith('.py')).map((name) => `workers/sampler/${name}`);
  const training = ['activities/training.ts', 'workers/matrices.ts', 'adapters/read-matrix.ts', 'domain/origin-rows.ts'];
  const fits = [...training, 'adapters/lightgbm/fit.ts', 'adapters/tensorflow/fit.ts', 'domain/metrics.ts'];

  test.each<[string, readonly string[], readonly RegExp[]]>([
    ['ingest', ['activities/ingest.ts', 'adapters/duckdb/session.ts'], [/^@duckdb\/node-api@/, /^@duckdb\/node-bindings@/]],
    ['readProducts', ['adapters/duckdb/ingest/read-products.ts', 'adapters/duckdb/ingest/plain-text.ts'], [/^@duckdb\/node-api@/]],
    ['readReviews', ['adapters/duckdb/ingest/read-reviews.ts', 'adapters/duckdb/ingest/local-times.ts', 'activities/file-number.ts'], [/^@duckdb\/node-api@/]],
    ['readMedia', ['activities/read-media.ts', 'adapters/duckdb/sources/locate-media.ts', 'adapters/duckdb/sources/media-kind.ts'], []],
    ['cleanPart', ['adapters/duckdb/clean/panel-parts.ts', 'domain/cleaning/clean-series.ts'], [/^@duckdb\/node-api@/]],
    ['buildFeatures', ['activities/features.ts', 'adapters/duckdb/features/plan-origins.ts', 'domain/features/feature-plan.ts', 'domain/reduction.ts'], []],
    ['featurePart', ['adapters/duckdb/features/origin-parts.ts', 'domain/features/origin-kernel.ts', 'domain/cleaning/settle-gaps.ts', 'adapters/duckdb/panel/row-writer.ts'], [/^@duckdb\/node-api@/]],
    ['embedTexts', ['activities/embedding-cache.ts', 'adapters/embeddings/pooling.ts', 'adapters/duckdb/vectors/wanted-items.ts', 'domain/augmentation/text/noise.ts', 'domain/text-language.ts'], [/^onnxruntime-node@/]],
    ['embedReviews', ['activities/embedding-cache.ts', 'adapters/embeddings/pooling.ts', 'adapters/duckdb/vectors/write-review-vectors.ts', 'domain/sentiment/heads.ts'], [/^onnxruntime-node@/]],
    ['embedMedia', ['activities/embedding-cache.ts', 'adapters/media-encoders/decode-picture.ts', 'adapters/media-encoders/video-frames.ts', 'domain/augmentation/pixels/picture.ts', 'adapters/duckdb/vectors/write-vectors.ts'], [/^onnxruntime-node@/, /^sharp@/]],
    ['aggregatePanel', ['activities/hierarchy.ts', 'adapters/duckdb/hierarchy/series-levels.ts', 'domain/hierarchy/name-nodes.ts'], [/^@duckdb\/node-api@/]],
    ['aggregatePart', ['adapters/duckdb/hierarchy/node-part.ts', 'domain/cleaning/touched.ts'], [/^@duckdb\/node-api@/]],
    ['reconcileForecasts', ['activities/reconcile-tables.ts', 'activities/prediction-rows.ts', 'domain/hierarchy/min-trace.ts', 'adapters/duckdb/hierarchy/past-sales.ts'], []],
    ['tuneVectors', ['activities/tuning.ts', 'adapters/tensorflow/tuning/tune.ts', 'adapters/tensorflow/optimizer.ts', 'adapters/duckdb/tuning/vector-rows.ts', 'domain/tuning/demand-profile.ts', 'domain/reduction-pca.ts'], [/^@tensorflow\/tfjs-backend-wasm@/, /^@duckdb\/node-api@/]],
    ['measureAblation', ['activities/ablation.ts', 'domain/ablation/paired-losses.ts', 'domain/comparison/cluster-bootstrap.ts'], [/^@duckdb\/node-api@/]],
    ['fitFold', fits, [/^koffi@/, /^lightgbm==/, /^@tensorflow\/tfjs-backend-wasm@/]],
    ['fitModel', fits, [/^koffi@/, /^lightgbm==/, /^@tensorflow\/tfjs-core@/]],
    ['fitBaselines', [...training, 'domain/baselines.ts'], [/^@duckdb\/node-api@/]],
    ['assemblePredictions', [...training, 'adapters/duckdb/forecasts/write-predictions.ts'], []],
    ['search', ['activities/search.ts', 'workflows/search.ts', 'contracts/sampler.schema.json', ...sampler], [/^optuna==/]],
    ['buildEnsemble', ['activities/evaluation.ts', 'domain/level-factor.ts', 'domain/ensemble.ts'], []],
    ['evaluateModels', ['activities/evaluation.ts', 'domain/level-factor.ts', 'activities/metric-rows.ts'], []],
  ])('of %s covers what decides its results', async (activity, files, packages) => {
    const hashed = await hashCode(packageRoot, activityCode[activity] ?? { sources: [] });
    expect(hashed.files).toEqual(expect.arrayContaining([...files]));
    for (const wanted of packages) expect(hashed.packages.some((name) => wanted.test(name)), `${wanted}`).toBe(true);
    expect(hashed.packages.filter((name) => name.startsWith('@temporalio/'))).toEqual([]);
  });

  const code: ActivityCode = { sources: ['activities/work.ts'], files: ['sampler/main.py'], python: ['optuna'] };
  const lock = (inner: string): string => JSON.stringify({
    packages: {
      'node_modules/outer': { version: '1.0.0', dependencies: { inner: '*' }, optionalDependencies: { elsewhere: '*' } },
      'node_modules/inner': { version: '9.9.9' },
      'node_modules/outer/node_modules/inner': { version: inner },
      'node_modules/unrelated': { version: '1.0.0' },
    },
  });
  const sources: Readonly<Record<string, string>> = {
    'activities/work.ts': "import { outer } from 'outer/part.js';\nimport { rule } from '../domain/rule.ts';\nexport const work = () => outer(rule);\n",
    'domain/rule.ts': 'export const rule = 1;\n',
    'domain/other.ts': 'export const other = 1;\n',
    'sampler/main.py': 'ask = 1\n',
    'package-lock.json': lock('2.0.0'),
    'infra/toolchain/requirements.txt': 'optuna==5.0.0 \\\n    --hash=sha256:aa\nnumpy==1.0.0 \\\n    --hash=sha256:bb\n',
  };

  async function versionWith(changed: Readonly<Record<string, string>>): Promise<string> {
    const root = await mkdtemp(join(folder, 'root-'));
    for (const [name, content] of Object.entries({ ...sources, ...changed })) {
      await mkdir(dirname(join(root, name)), { recursive: true });
      await writeFile(join(root, name), content);
    }
    return (await hashCode(root, code)).version;
  }

  test.each<[string, Readonly<Record<string, string>>]>([
    ['its entry file', { 'activities/work.ts': `${sources['activities/work.ts']}export const more = 1;\n` }],
    ['a file that it imports', { 'domain/rule.ts': 'export const rule = 2;\n' }],
    ['a file in another language', { 'sampler/main.py': 'ask = 2\n' }],
    ['a package that its package needs', { 'package-lock.json': lock('2.0.1') }],
    ['a Python package', { 'infra/toolchain/requirements.txt': 'optuna==5.0.1 \\\n' }],
  ])('changes with %s', async (_, changed) => {
    expect(await versionWith(changed)).not.toBe(await versionWith({}));
  });

  test.each<[string, Readonly<Record<string, string>>]>([
    ['comments', { 'domain/rule.ts': '/** The rule. */\nexport const rule = 1;\n' }],
    ['files that it does not import', { 'domain/other.ts': 'export const other = 2;\n' }],
    ['packages that it does not use', { 'package-lock.json': (sources['package-lock.json'] ?? '').replace('9.9.9', '9.9.10'), 'infra/toolchain/requirements.txt': 'optuna==5.0.0 \\\nnumpy==2.0.0 \\\n' }],
    ['the folder it lies in', {}],
  ])('is the same with other %s', async (_, changed) => {
    expect(await versionWith(changed)).toBe(await versionWith({}));
  });

  test('is refused where a package is not locked', async () => {
    await expect(versionWith({ 'package-lock.json': '{"packages":{}}' })).rejects.toThrow('outer is not in package-lock.json');
    await expect(versionWith({ 'infra/toolchain/requirements.txt': '' })).rejects.toThrow('optuna is not in infra/toolchain/requirements.txt');
  });
});

describe('code versions of a build', () => {
  test('tell fits on another engine for the network apart, and nothing else', async () => {
    const file = join(folder, 'code-versions.json');
    await writeFile(file, JSON.stringify({ fitFold: 'a', fitModel: 'b', tuneVectors: 't', clean: 'c' }));
    const [usual, native] = [readCodeVersions({}, file), readCodeVersions({ FORECASTLE_TENSORFLOW: 'node-gpu' }, file)];
    expect(['fitFold', 'fitModel', 'tuneVectors', 'clean'].map(usual)).toEqual(['a', 'b', 't', 'c']);
    expect(['fitFold', 'fitModel', 'tuneVectors', 'clean'].map(native)).toEqual(['a on node-gpu', 'b on node-gpu', 't on node-gpu', 'c']);
    expect(() => usual('search')).toThrow('no code version for search');
  });

  test('are there for every activity whose code is named anywhere', async () => {
    const used = await Promise.all(['activities/registry.ts', 'activities/search.ts', 'activities/training.ts', 'activities/ingest.ts', 'activities/read-files.ts', 'activities/read-media.ts', 'activities/merge-spans.ts', 'activities/profile-sales.ts', 'activities/validate.ts', 'activities/clean.ts', 'activities/features.ts', 'activities/embedding.ts', 'activities/evaluation.ts', 'activities/hierarchy.ts', 'activities/tuning.ts', 'activities/ablation.ts', 'activities/cold-start.ts'].map((name) => readFile(join(packageRoot, name), 'utf8')));
    const named = used.flatMap((text) => [...text.matchAll(/(?:codeVersion\(|activity: |steps\.once(?:<\w+>)?\()'(\w+)'/g)].map(([, name]) => name));
    expect(new Set(named)).toEqual(new Set(Object.keys(activityCode)));
  });
});
