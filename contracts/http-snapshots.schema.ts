import { z } from 'zod';

import { artifactSchema, ruleResultSchema } from './http.schema.ts';
import { frequencySchema } from './frequency.schema.ts';

// Snapshots in the HTTP API, version 1: what they hold, how two of them differ, what cleaning touched in them.

const list = <T extends z.ZodType>(item: T) => z.array(item).readonly();
const digest = z.string().describe('SHA-256, hexadecimal');
const number = z.number();

export const snapshotSchema = z.object({
  digest,
  manifest: artifactSchema,
  sales: artifactSchema,
  texts: artifactSchema.optional(),
  media: artifactSchema.optional(),
  statics: artifactSchema.optional(),
  reviews: artifactSchema.optional(),
  products: artifactSchema.optional(),
  profile: artifactSchema.optional(),
  sources: list(
    z.object({
      source: z.enum(['sales', 'products', 'reviews', 'rates']),
      uri: z.string(),
      sha256: digest,
      bytes: number,
      rows: number,
      /** What rows call the file; its place in this list when absent. */
      number: number.optional(),
    }),
  ),
  rows: number,
  keptRows: number,
  series: number,
  from: z.string(),
  to: z.string(),
});

/** Where a snapshot was met. */
const met = {
  /** Pipelines that have it. */
  pipelines: list(z.string()),
  /** When the first of them met it, ISO 8601. */
  storedAt: z.string().optional(),
};
export const snapshotListSchema = z.object({ snapshots: list(snapshotSchema.extend(met)) });

const kind = z.enum(['number', 'text', 'time', 'truth']);
const valueCounts = list(z.object({ value: z.string(), count: number }));

/** What is known of the products besides their sales; see `contracts/profile.ts`. */
const productsProfileSchema = z.object({
  texts: z.object({ series: number }).exactOptional(),
  media: list(
    z.object({
      modality: z.enum(['image', 'audio', 'video']),
      named: number,
      files: number,
      bytes: number,
      problems: number,
      first: list(z.object({ series: z.string(), name: z.string(), problem: z.string() })),
    }),
  ).exactOptional(),
  statics: z
    .object({ series: number, columns: list(z.object({ name: z.string(), filled: number, distinct: number })) })
    .exactOptional(),
  reviews: z
    .object({
      count: number,
      series: number,
      from: z.string(),
      to: z.string(),
      withText: number,
      rated: number,
      meanRating: number.nullable(),
    })
    .exactOptional(),
});

/** See `contracts/profile.ts`. */
export const tableProfileSchema = z.object({
  version: z.literal(1),
  frequency: frequencySchema,
  rows: number,
  keptRows: number,
  series: number,
  meaning: z.object({
    unit: z.string().exactOptional(),
    currency: z.string().exactOptional(),
    timezone: z.string().exactOptional(),
    recordedIn: z.string().exactOptional(),
  }),
  columns: list(
    z.object({
      name: z.string(),
      type: z.string(),
      kind,
      unit: z.string().exactOptional(),
      digest,
      missing: number,
      distinct: number,
      distinctIsExact: z.boolean(),
      min: z.string().exactOptional(),
      max: z.string().exactOptional(),
      numbers: z
        .object({
          zeros: number,
          negatives: number,
          sum: number.nullable(),
          mean: number.nullable(),
          deviation: number.nullable(),
          quantiles: list(z.object({ level: number, value: number })),
          histogram: z.object({
            scale: z.enum(['linear', 'log']),
            bars: list(z.object({ low: number.exactOptional(), high: number.exactOptional(), count: number })),
          }),
        })
        .exactOptional(),
      top: valueCounts.exactOptional(),
      topError: number.exactOptional(),
    }),
  ),
  periods: z.object({
    starts: list(z.string()),
    rows: list(number),
    kept: list(number),
    target: list(number),
    missing: list(number),
    zeros: list(number),
    series: list(number),
  }),
  products: productsProfileSchema.exactOptional(),
});

export const tableDescriptionSchema = z.object({
  rows: number,
  columns: list(
    z.object({
      name: z.string(),
      type: z.string(),
      /** 0 … 1. */
      nullShare: number,
      approxDistinct: number,
      min: z.string().optional(),
      max: z.string().optional(),
    }),
  ),
  /** Totals of the kept target in equal spans of time, oldest first. */
  totals: list(number).optional(),
});

export const snapshotDetailSchema = z.object({
  snapshot: snapshotSchema,
  ...met,
  description: tableDescriptionSchema,
  profile: tableProfileSchema,
  /** What the rules of the newest run on this snapshot found. */
  validation: z.object({ runId: z.string(), results: list(ruleResultSchema) }).optional(),
  /** The newest run on this snapshot whose cleaned cells can be listed. */
  cleanedBy: z.string().optional(),
});

export const touchedSchema = z.object({
  snapshot: digest,
  runId: z.string(),
  /** Periods of all series, or of the one asked for: the cells of the panel. */
  cells: number,
  rules: list(
    z.object({
      rule: z.string(),
      /** What it did, in words. */
      reason: z.string(),
      cells: number,
    }),
  ),
  /** By series and period; as many as were asked for. Without a rule those of `no-sale` are left out. */
  touched: list(
    z.object({
      series: z.string(),
      period: z.string(),
      rule: z.string(),
      /** Null: unknown. */
      sold: number.nullable(),
      used: number.nullable(),
    }),
  ),
});

const side = snapshotSchema
  .pick({ digest: true, rows: true, keptRows: true, series: true, from: true, to: true })
  .extend(met);
const seriesChange = z.object({ count: number, first: list(z.string()) });

/** See `contracts/snapshot-diff.ts`. */
export const snapshotDiffSchema = z.object({
  a: side,
  b: side,
  /** What differs, in plain words, the most important first. */
  verdict: list(z.string()),
  schema: list(
    z.object({
      change: z.enum(['added', 'removed', 'type', 'unit']),
      column: z.string(),
      a: z.string().optional(),
      b: z.string().optional(),
    }),
  ),
  sources: list(
    z.object({
      change: z.enum(['added', 'removed', 'changed']),
      uri: z.string(),
      rowsA: number.optional(),
      rowsB: number.optional(),
    }),
  ),
  rows: z.object({
    equalParts: number,
    comparedParts: number,
    added: number,
    removed: number,
    changed: number,
    byColumn: z.record(z.string(), number),
    contentAdded: number,
    contentRemoved: number,
    examples: list(
      z.object({
        uri: z.string(),
        row: number,
        series: z.string(),
        column: z.string(),
        a: z.string().optional(),
        b: z.string().optional(),
      }),
    ),
  }),
  columns: list(
    z.object({
      name: z.string(),
      kind,
      unit: z.string().optional(),
      /** The digests agree: not a value differs, nor their order. */
      isSame: z.boolean(),
      missingShare: z.object({ a: number, b: number }),
      zeroShare: z.object({ a: number, b: number }).optional(),
      mean: z.object({ a: number.nullable(), b: number.nullable() }).optional(),
      psi: number.optional(),
      /** The usual reading of the index: below 0.1 stable, below 0.25 shifted, else changed. */
      stability: z.enum(['stable', 'shifted', 'changed']).optional(),
      ks: number.optional(),
      ksProbability: number.optional(),
      bins: list(z.object({ label: z.string(), a: number, b: number })),
    }),
  ),
  series: z.object({ appeared: seriesChange, vanished: seriesChange }),
  /** Counts of what is known of the products besides their sales, where they differ: `reviews`, `image files`, `values of colour` … */
  products: list(z.object({ what: z.string(), a: number.optional(), b: number.optional() })),
});

export type SnapshotDetail = z.infer<typeof snapshotDetailSchema>;
export type SnapshotListing = z.infer<typeof snapshotListSchema>;
export type TableDescription = z.infer<typeof tableDescriptionSchema>;
export type TouchedView = z.infer<typeof touchedSchema>;
export type SnapshotDiffView = z.infer<typeof snapshotDiffSchema>;
