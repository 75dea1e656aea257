import type { z } from 'zod';

import { BadInput, ServiceUnavailable } from '../contracts/failure.ts';
import { errorSchema } from '../contracts/http.schema.ts';

/** A refusal of the API, with its code and its one line. */
export class ApiFailure extends Error {
  readonly code: string;
  readonly status: number;
  constructor(code: string, message: string, status: number) {
    super(message);
    this.name = 'ApiFailure';
    this.code = code;
    this.status = status;
  }
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** The HTTP API as commands use it; every answer is parsed by its schema. */
export interface ApiClient {
  get<T extends z.ZodType>(path: string, schema: T, query?: Query): Promise<z.infer<T>>;
  post<T extends z.ZodType>(path: string, schema: T, body?: unknown): Promise<z.infer<T>>;
  /** The body as it comes, for files. */
  download(path: string, query?: Query): Promise<ReadableStream<Uint8Array>>;
}

export interface ApiClientOptions {
  readonly url: string;
  readonly key: string;
  readonly actor: string | undefined;
}

export function createApiClient({ url, key, actor }: ApiClientOptions): ApiClient {
  async function send(path: string, init: RequestInit, query: Query = {}): Promise<Response> {
    const target = new URL(path, url);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) target.searchParams.set(name, String(value));
    const response = await fetch(target, init).catch((error: unknown) => {
      throw unreachable(url, error);
    });
    // Health is told in the same form whether it is good (200) or not (503).
    if (response.ok || path === '/healthz') return response;
    throw await failureOf(response);
  }
  return {
    async get(path, schema, query) {
      return parse(await send(path, {}, query), schema);
    },
    async post(path, schema, body) {
      if (actor === undefined) throw new BadInput('who acts? Add --as NAME, or set FORECASTLE_USER');
      const headers = {
        authorization: `Bearer ${key}`,
        'x-forecastle-user': encodeURIComponent(actor),
        'content-type': 'application/json',
      };
      return parse(await send(path, { method: 'POST', headers, body: JSON.stringify(body ?? {}) }), schema);
    },
    async download(path, query) {
      const { body } = await send(path, {}, query);
      if (body === null) throw new ServiceUnavailable(`the API at ${url} sent an empty answer for ${path}: try again`);
      return body;
    },
  };
}

async function parse<T extends z.ZodType>(response: Response, schema: T): Promise<z.infer<T>> {
  const parsed = schema.safeParse(await response.json().catch(() => undefined));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ServiceUnavailable(
    `the API's answer at ${new URL(response.url).pathname} isn't what this version expects ` +
      `(${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}): are the stack and the command line of the same version?`,
  );
}

async function failureOf(response: Response): Promise<Error> {
  const text = await response.text();
  const parsed = errorSchema.safeParse(safeJson(text));
  if (parsed.success) return new ApiFailure(parsed.data.error.code, parsed.data.error.message, response.status);
  return new ServiceUnavailable(
    `${response.url} answered ${response.status}, which isn't an answer of Forecastle's API: is another program on that port?`,
  );
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not JSON, so not our API; the caller says so
  }
}

function unreachable(url: string, error: unknown): ServiceUnavailable {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  return new ServiceUnavailable(
    `the API at ${url} does not answer (${why}): run \`npx forecastle status\`, then \`npx forecastle up\``,
    { cause: error },
  );
}
