export interface Endpoint {
  /** `OPENLINEAGE_URL`: the server, without the path. */
  readonly url: string;
  /** Path below it; `api/v1/lineage` is what OpenLineage's own clients use. */
  readonly path?: string;
  /** Sent as a bearer token. */
  readonly apiKey?: string;
}

/** What became of an event: taken, refused for good, or to be tried again. */
export type Delivery = { readonly kind: 'sent' } | { readonly kind: 'parked' | 'later'; readonly reason: string; readonly afterMs?: number };

const timeoutMs = 15_000;
const longestReason = 300;

/** What is wrong with the event itself. A wrong key, path or proxy is none of its faults: once that is mended, it is taken. */
const final = new Set([400, 409, 410, 411, 413, 414, 415, 422, 431]);

/** Posts one event. A refusal that another attempt would hear again parks it; everything else comes later. */
export async function postEvent({ url, path = 'api/v1/lineage', apiKey }: Endpoint, event: unknown, signal?: AbortSignal): Promise<Delivery> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await fetch(new URL(path.replace(/^\/+/, ''), url.endsWith('/') ? url : `${url}/`), {
      method: 'POST',
      // A redirected POST becomes a GET, which loses the event.
      redirect: 'manual',
      headers: { 'content-type': 'application/json', ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }) },
      body: JSON.stringify(event),
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    });
    if (answer.ok) {
      await answer.body?.cancel();
      return { kind: 'sent' };
    }
    const said = (await answer.text()).replace(/\s+/g, ' ').slice(0, longestReason);
    const reason = `${String(answer.status)} ${answer.statusText}${said === '' ? '' : `: ${said}`}`;
    return final.has(answer.status) ? { kind: 'parked', reason } : { kind: 'later', reason, ...waitIn(answer.headers.get('retry-after')) };
  } catch (error) {
    return { kind: 'later', reason: timeout.aborted ? `no answer within ${String(timeoutMs / 1000)} s` : reasonOf(error) };
  }
}

const longestWaitMs = 300_000;

/** `Retry-After` in seconds; as a date it is left to our own patience. */
function waitIn(header: string | null): { afterMs?: number } {
  const seconds = Number(header);
  return header === null || !Number.isFinite(seconds) || seconds <= 0 ? {} : { afterMs: Math.min(seconds * 1000, longestWaitMs) };
}

/** `fetch failed` says nothing; what caused it does. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || String(error.cause) : error.message;
}
