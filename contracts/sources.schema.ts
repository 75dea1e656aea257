import { z } from 'zod';

const column = z.string().min(1);
const columnList = z.array(column).min(1).max(8);
/** Name of an environment variable of the workers; secrets never stand in a pipeline file. */
const variable = z.string().regex(/^[A-Z_][A-Z0-9_]*$/, 'the name of an environment variable: capitals, digits and _');
const timezone = z.string().min(1);

/** A filter keeps the rows for which it holds; several filters must all hold. */
export const filterSchema = z.discriminatedUnion('rule', [
  z.strictObject({ column, rule: z.literal('matches'), pattern: z.string() }),
  z.strictObject({ column, rule: z.literal('not-matches'), pattern: z.string() }),
  z.strictObject({ column, rule: z.literal('in'), values: z.array(z.string()).min(1) }),
  z.strictObject({ column, rule: z.literal('not-in'), values: z.array(z.string()).min(1) }),
  z.strictObject({ column, rule: z.literal('at-least'), value: z.number() }),
  z.strictObject({ column, rule: z.literal('at-most'), value: z.number() }),
  z.strictObject({ column, rule: z.literal('more-than'), value: z.number() }),
]);

/** CSV dialect; everything is detected when absent. */
export const csvSchema = z.strictObject({
  delimiter: z.string().length(1).optional(),
  /** Encloses fields that hold delimiters or line ends, and is doubled within them; an empty text where no field is enclosed. */
  quote: z.string().max(1).optional(),
  decimal: z.enum(['.', ',']).default('.'),
  encoding: z.string().default('utf-8'),
  /** strptime format of the time column, e.g. `%d/%m/%Y %H:%M`. */
  timeFormat: z.string().optional(),
});

/** Which cells of a workbook: the first sheet when absent; `range` like `A3:F900`, its first row names the columns. */
export const excelSchema = z.strictObject({ sheet: z.string().min(1).optional(), range: z.string().min(1).optional() });

/**
 * What to read of a PostgreSQL database named by `uri: postgres://host:5432/database`. User and password come from the named environment
 * variables of the workers, else from PGUSER, PGPASSWORD or PGPASSFILE.
 */
export const postgresSchema = z
  .strictObject({ table: z.string().min(1).optional(), query: z.string().min(1).optional(), userFrom: variable.optional(), passwordFrom: variable.optional() })
  .refine(({ table, query }) => (table === undefined) !== (query === undefined), 'name either a table or a query');

/** The object storage of `uri: s3://bucket/key`; unset means the one that artifacts are kept in. */
export const s3Schema = z.strictObject({
  endpoint: z.string().optional(), region: z.string().optional(), accessKeyIdFrom: variable.optional(), secretAccessKeyFrom: variable.optional(),
});

/**
 * Where rows come from. `uri` is a file, a pattern (`sales-*.csv`, `**` for folders), a folder (of `key=value` folders, too) on the local
 * disk or in object storage (`s3://…`), an `https://` address of a host that the workers allow, or a database (`postgres://…`).
 */
const place = {
  uri: z.string().min(1),
  /** Told by the content when absent. */
  format: z.enum(['csv', 'json', 'parquet', 'excel']).optional(),
  csv: csvSchema.optional(),
  excel: excelSchema.optional(),
  postgres: postgresSchema.optional(),
  s3: s3Schema.optional(),
};

/**
 * How cancelled or returned sales are taken. `drop`: lines that `where` matches are left out (gross demand); `net`: they stay and their
 * negative quantity reduces the period's sum. With `by`, a netted line and the sale it cancels (same series, same values of these columns,
 * opposite quantity, same period) both go out, so that neither the largest line nor the number of lines remembers them.
 */
export const returnsSchema = z.strictObject({
  where: z.array(filterSchema).min(1),
  action: z.enum(['drop', 'net']).default('drop'),
  by: columnList.optional(),
});

/** Quantities in other units become `to`: target × factor, price ÷ factor. A unit that is not named is refused. */
export const unitsSchema = z.strictObject({ column, to: z.string().min(1), factors: z.record(z.string(), z.number().positive()) });

const ratesFile = z.strictObject({ ...place, columns: z.strictObject({ currency: column, time: column.optional(), rate: column }) });

/** Prices in other currencies become `to`: price × rate. A rate holds from its time until the next one; a currency without one is refused. */
export const currencySchema = z.strictObject({ column, to: z.string().min(1), rates: z.union([z.record(z.string(), z.number().positive()), ratesFile]) });

/** Names of files in columns: relative ones start from `folder` (beside the table itself when absent) and end in `extension` where they have none. */
const mediaSchema = z.strictObject({ folder: z.string().min(1).optional(), extension: z.string().regex(/^\.[A-Za-z0-9]+$/, 'like .jpg').optional() });

/** One row per product, or several of which the one known earliest counts. */
export const productsSchema = z
  .strictObject({
    ...place,
    key: column,
    text: columnList.optional(),
    /** Columns with names of files, one per product: pictures, sounds, films. */
    image: column.optional(),
    audio: column.optional(),
    video: column.optional(),
    media: mediaSchema.default({}),
    /** Attributes: category, brand, colour … */
    static: columnList.optional(),
    /** When a product's data became known; the earliest ones are used, so a later change never leaks backwards. */
    time: column.optional(),
  })
  .refine(({ text, image, audio, video, static: attributes }) => [text, image, audio, video, attributes].some((named) => named !== undefined), 'name at least one of text, image, audio, video and static');

/** What customers wrote, and when it could be read: a review counts from its time on. */
export const reviewsSourceSchema = z.strictObject({
  ...place,
  key: column,
  time: column,
  /** Several are joined by a space. */
  text: columnList.optional(),
  /** Stars, or any number that is larger for better. */
  rating: column.optional(),
  filters: z.array(filterSchema).default([]),
}).refine(({ text, rating }) => text !== undefined || rating !== undefined, 'name text, rating or both');

export const sourcesSchema = z.strictObject({
  sales: z.strictObject({
    ...place,
    columns: z.strictObject({
      /** Several columns make one key, their values joined by a colon: `85123A:Leeds`. */
      series: z.union([column, columnList]),
      time: column,
      target: column,
      price: column.optional(),
      /** Units in stock after the row. */
      stock: column.optional(),
    }),
    /** Names of aggregation levels and the columns behind them, e.g. `category: Category`; the newest value of a series counts. */
    levels: z.record(z.string().regex(/^[a-z][a-z0-9_]{0,30}$/), column).default({}),
    filters: z.array(filterSchema).default([]),
    returns: returnsSchema.optional(),
    units: unitsSchema.optional(),
    currency: currencySchema.optional(),
    /** Where the business is: a moment belongs to the day that it is there. Without it times are taken as they are written. */
    timezone: timezone.optional(),
    /** Zone of times that are written without an offset; the business's own when absent. */
    recordedIn: timezone.optional(),
    /** Exact duplicate lines: kept (each line is a sale) or dropped. */
    duplicates: z.enum(['keep', 'drop']).default('keep'),
    /** Columns that identify a row. Of several rows with one key the one with the highest `version` counts, then that of the later file, then the later row. */
    key: columnList.optional(),
    /** Column that tells newer rows of one key from older ones: a time or a number. */
    version: column.optional(),
    /** Upper-case and trim the series key, so that `85123a` and `85123A ` are one series. */
    normalizeSeries: z.boolean().default(true),
  }),
  products: productsSchema.optional(),
  reviews: reviewsSourceSchema.optional(),
});
