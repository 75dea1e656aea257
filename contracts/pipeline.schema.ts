import { z } from 'zod';

import type { PeriodLength } from '../domain/calendar.ts';
import { augmentationSchema, noAugmentation } from './augmentation.schema.ts';
import { cleaningSchema, defaultCleaning } from './cleaning.schema.ts';
import { embeddingsSchema } from './embeddings.schema.ts';
import { frequencySchema } from './frequency.schema.ts';
import { hierarchySchema, type HierarchySettings } from './hierarchy.schema.ts';
import { labelsSchema } from './labels.schema.ts';
import { type filterSchema, sourcesSchema } from './sources.schema.ts';
import { validationRuleSchema } from './validation.schema.ts';

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and hyphens, 63 at most');

export const modelNames = ['seasonal-naive', 'window-average', 'lightgbm', 'lstm'] as const;
export const metricNames = ['wape', 'mase', 'wql', 'bias', 'mae', 'mse', 'rmse', 'coverage'] as const;

const distribution = z.union([
  z.strictObject({ float: z.tuple([z.number(), z.number()]), log: z.boolean().default(false) }),
  z.strictObject({ int: z.tuple([z.number().int(), z.number().int()]), log: z.boolean().default(false) }),
  z.strictObject({ choice: z.array(z.union([z.string(), z.number(), z.boolean()])).min(1) }),
]);

export const searchSchema = z.strictObject({
  sampler: z.enum(['tpe', 'random', 'grid']).default('tpe'),
  pruner: z.enum(['median', 'none']).default('median'),
  /** Trials per searched family. The first one is always the family's default parameters. */
  trials: z
    .strictObject({ lightgbm: z.number().int().min(1).max(1000).default(8), lstm: z.number().int().min(1).max(1000).default(2) })
    .default({ lightgbm: 8, lstm: 2 }),
  /** Trials in one generation; the result depends on it, so it is part of the pipeline, not of the machine. */
  parallel: z.number().int().min(1).max(64).default(2),
  seed: z.number().int().min(1).max(2_147_483_646).default(7),
  /** Fixed parameters and replaced distributions per family, by parameter name. */
  space: z
    .strictObject({
      lightgbm: z.record(z.string(), z.union([distribution, z.string(), z.number(), z.boolean()])).default({}),
      lstm: z.record(z.string(), z.union([distribution, z.string(), z.number(), z.boolean()])).default({}),
    })
    .default({ lightgbm: {}, lstm: {} }),
});

export const pipelineSchema = z.strictObject({
  name,
  task: z.literal('forecast'),
  sources: sourcesSchema,
  frequency: frequencySchema,
  horizon: z.number().int().min(1).max(366),
  quantiles: z
    .array(z.number().gt(0).lt(1))
    .min(1)
    .default([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
    .refine((levels) => levels.every((q, i) => i === 0 || q > (levels[i - 1] ?? 0)), 'must increase'),
  validate: z.array(validationRuleSchema).default([]),
  cleaning: cleaningSchema.default(defaultCleaning),
  embeddings: embeddingsSchema.default({}),
  models: z.array(z.enum(modelNames)).min(1).default(['seasonal-naive', 'window-average', 'lightgbm', 'lstm']),
  search: searchSchema.default({
    sampler: 'tpe', pruner: 'median', trials: { lightgbm: 8, lstm: 2 }, parallel: 2, seed: 7, space: { lightgbm: {}, lstm: {} },
  }),
  ensemble: z.strictObject({ method: z.literal('weighted').default('weighted') }).default({ method: 'weighted' }),
  evaluate: z
    .strictObject({
      folds: z.number().int().min(1).max(20).default(3),
      /** Periods from one fold's cutoff to the next; the horizon when absent. With fewer, the folds' targets overlap. */
      step: z.number().int().min(1).max(366).optional(),
      /** Periods between the last target that may be learnt from and the first one to forecast, in folds and test: as if sales became known that much later. */
      gap: z.number().int().min(0).max(366).default(0),
      /** What is learnt from: everything up to the cutoff, or targets of the last N periods only. */
      window: z.union([z.literal('expanding'), z.strictObject({ sliding: z.number().int().min(4).max(10_000) })], { error: 'must be expanding or { sliding: N }' }).default('expanding'),
      /** What the table at the end of a followed run shows, in this order. Every one is computed, kept and compared all the same. */
      metrics: z.array(z.enum(metricNames)).min(1).default(['wape', 'mase', 'wql', 'bias']),
      /** Fits once more without each modality (text, image, reviews …) and reports what it adds, with an interval. */
      ablation: z.boolean().default(false),
      /** Forecasts the first periods of products without history, and reports how much better than their category's average. */
      coldStart: z.boolean().default(false),
    })
    .default({ ablation: false, coldStart: false, folds: 3, gap: 0, window: 'expanding', metrics: ['wape', 'mase', 'wql', 'bias'] }),
  training: z.strictObject({ augment: augmentationSchema.default(noAugmentation) }).default({ augment: noAugmentation }),
  /** For tasks that classify or regress: see `forecastle dataset label`. */
  labels: labelsSchema.optional(),
  hierarchy: hierarchySchema.optional(),
  promote: z
    .strictObject({
      gates: z
        .array(
          z.discriminatedUnion('rule', [
            /** Relative improvement of `metric` over the champion (or over the naive forecast while there is none). */
            z.strictObject({ rule: z.literal('improves'), metric: z.enum(['wape', 'mase', 'wql', 'mae', 'rmse']).default('wql'), atLeast: z.number().default(0), versus: z.enum(['champion', 'naive']).default('champion') }),
            /** |bias| of the candidate on the untouched horizon. */
            z.strictObject({ rule: z.literal('bias-within'), limit: z.number().positive().default(0.3) }),
          ]),
        )
        .default([
          { rule: 'improves', metric: 'wql', atLeast: 0, versus: 'champion' },
          { rule: 'bias-within', limit: 0.3 },
        ]),
      approvals: z.strictObject({ quorum: z.number().int().min(1).max(20).default(1), expiresHours: z.number().positive().max(8760).default(72) }).default({ quorum: 1, expiresHours: 72 }),
    })
    .default({
      gates: [
        { rule: 'improves', metric: 'wql', atLeast: 0, versus: 'champion' },
        { rule: 'bias-within', limit: 0.3 },
      ],
      approvals: { quorum: 1, expiresHours: 72 },
    }),
}).superRefine(crossCheck);

interface Parts {
  readonly hierarchy?: HierarchySettings | undefined;
  readonly sources: z.infer<typeof sourcesSchema>;
  readonly cleaning: { readonly top?: number | undefined };
}

/** What one part of the file says of another, which no part can check by itself. */
function crossCheck({ hierarchy, sources, cleaning }: Parts, context: z.RefinementCtx): void {
  if (hierarchy !== undefined && cleaning.top !== undefined) context.addIssue({ code: 'custom', path: ['cleaning', 'top'], message: 'top and hierarchy exclude each other: levels are sums of all series' });
  const known = ['total', ...Object.keys(sources.sales.levels)];
  hierarchy?.levels.forEach((level, i) => {
    const unknown = [level].flat().find((name) => !known.includes(name));
    if (unknown === undefined) return;
    context.addIssue({ code: 'custom', path: ['hierarchy', 'levels', i], message: `"${unknown}" is no level: known are ${known.join(', ')}; name its column in sources.sales.levels` });
  });
}

/** A pipeline file after parsing: every default filled in. */
export type Pipeline = z.infer<typeof pipelineSchema>;
export type Sources = Pipeline['sources'];
export type Filter = z.infer<typeof filterSchema>;
export type ValidationRule = z.infer<typeof validationRuleSchema>;
export type Distribution = z.infer<typeof distribution>;
export type ModelName = (typeof modelNames)[number];
export type Frequency = PeriodLength;
export type MetricName = (typeof metricNames)[number];
export type Gate = Pipeline['promote']['gates'][number];
