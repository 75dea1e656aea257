import type { z } from 'zod';

import { errorAnswer } from './answers.schema.ts';
import { RequestFailure } from './failures.ts';

const timeoutMs = 30_000;

export interface MlflowServer {
  readonly trackingUri: string;
  readonly username?: string;
  readonly password?: string;
}

/** One attempt each; `withRetries` decides about another. All throw {@link RequestFailure}. */
export interface Requests {
  get<T>(path: string, query: Record<string, string>, answer: z.ZodType<T>): Promise<T>;
  post<T>(path: string, body: object, answer: z.ZodType<T>): Promise<T>;
  /** The artifact's path below the server's artifact root, its segments not yet encoded. */
  putArtifact(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  health(): Promise<void>;
}

export function createRequests({ trackingUri, username, password }: MlflowServer): Requests {
  const base = trackingUri.replace(/\/+$/, '');
  const headers = new Headers();
  if (username !== undefined) {
    headers.set('authorization', `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}`);
  }

  async function send(method: string, path: string, body?: { type: string; content: string | Uint8Array<ArrayBuffer> }): Promise<Answer> {
    const request = `${method} ${path.replace(/\?.*/, '')}`;
    const all = new Headers(headers);
    if (body !== undefined) all.set('content-type', body.type);
    let status: number;
    let text: string;
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const response = await fetch(base + path, { method, headers: all, signal, ...(body !== undefined && { body: body.content }) });
      status = response.status;
      text = await response.text();
      if (response.ok) return { request, status, text };
    } catch (error) {
      throw new RequestFailure({ request, code: reasonOf(error), message: String(error), cause: error });
    }
    const told = errorAnswer.safeParse(jsonOf(text));
    throw new RequestFailure({ request, status, code: told.data?.error_code ?? 'HTTP', message: told.data?.message ?? text });
  }

  return {
    async get(path, query, answer) {
      return parsed(await send('GET', `/api/2.0/mlflow/${path}?${new URLSearchParams(query).toString()}`), answer);
    },
    async post(path, body, answer) {
      return parsed(await send('POST', `/api/2.0/mlflow/${path}`, { type: 'application/json', content: JSON.stringify(body) }), answer);
    },
    async putArtifact(path, bytes) {
      const encoded = path.split('/').map(encodeURIComponent).join('/');
      await send('PUT', `/api/2.0/mlflow-artifacts/artifacts/${encoded}`, { type: 'application/octet-stream', content: bytes });
    },
    async health() {
      await send('GET', '/health');
    },
  };
}

interface Answer {
  readonly request: string;
  readonly status: number;
  readonly text: string;
}

function parsed<T>({ request, status, text }: Answer, schema: z.ZodType<T>): T {
  const result = schema.safeParse(jsonOf(text));
  if (result.success) return result.data;
  throw new RequestFailure({ request, status, code: 'NOT_MLFLOW', message: text.slice(0, 100), cause: result.error });
}

/** Undefined for what is no JSON: a proxy's error page, another server. No schema but `anyAnswer` accepts that. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `fetch` hides the system's code in the cause of a TypeError. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer in ${timeoutMs / 1000} s`;
  const { cause } = error;
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : error.message;
}
