import { z } from 'zod';

import { lineageKinds } from './lineage.ts';

// Lineage in the HTTP API, version 1: what a number was made from, down to rows of source files.

const list = <T extends z.ZodType>(item: T) => z.array(item).readonly();
const digest = z.string().describe('SHA-256, hexadecimal');
const number = z.number();

export const lineageNodeSchema = z.object({ kind: z.enum(lineageKinds), id: z.string() });
export const lineageSchema = z.object({
  start: lineageNodeSchema,
  direction: z.enum(['up', 'down']),
  edges: list(z.object({ output: lineageNodeSchema, input: lineageNodeSchema, runId: z.string(), by: z.string() })),
  /** What a node is, in words; not every node has some. */
  notes: list(lineageNodeSchema.extend({ text: z.string() })),
  /** Where the rows lie, when rows were asked for. */
  rowsFrom: z
    .object({
      snapshot: digest,
      /** Of the source file that the newest row lies in. */
      uri: z.string(),
      sha256: digest,
      /** Rows of the series that the run could see, in the time asked for; `rows` are the newest of them. */
      total: number,
      /** Source files that `rows` lie in. */
      files: number.optional(),
      /** ISO dates that `rows` lie between. */
      from: z.string().optional(),
      to: z.string().optional(),
    })
    .optional(),
  /** Rows of the source files that a forecast's series came from, oldest first, when asked for. */
  rows: list(
    z.object({
      /** Address of the file. */
      file: z.string().optional(),
      /** 1-based, in its file. */
      row: number,
      time: z.string().describe('ISO 8601'),
      target: number.nullable(),
      price: number.nullable(),
      returned: z.boolean(),
      /** Whether it counts: the pipeline's filters keep it, and no newer version of it or copy before it exists. */
      kept: z.boolean(),
      /** SHA-256 of canonical JSON of its values, see `SourceRow`. */
      digest: digest.optional(),
    }),
  ).optional(),
  /** Reviews of the series in the time asked for, when rows were asked for and the snapshot has some: the newest, oldest first. */
  reviews: z
    .object({
      total: number,
      rows: list(
        z.object({
          file: z.string(),
          row: number,
          time: z.string().describe('ISO 8601'),
          rating: number.nullable(),
          text: z.string().nullable().describe('its beginning'),
        }),
      ),
    })
    .optional(),
  /** Pictures, sounds and films of the series that were known, when rows were asked for and the snapshot has some. */
  media: list(
    z.object({ modality: z.string(), name: z.string(), sha256: digest.optional(), problem: z.string().optional() }),
  ).optional(),
});

export type Lineage = z.infer<typeof lineageSchema>;
