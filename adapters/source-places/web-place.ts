import type { IncomingMessage } from 'node:http';
import { BadInput, ServiceUnavailable } from '../../contracts/failure.ts';
import { SourceChanged } from '../../contracts/source-changed.ts';
import { createAllowedHosts } from './allowed-hosts.ts';
import { type Downloaded, type DownloadTo, saveDownload, tooLarge } from './save-download.ts';
import { requestWeb, translated, webAddress, type WebOptions } from './web-request.ts';

export interface WebPlaceOptions {
  /** `host` or `host:port` of those that sources may come from. */
  readonly hosts: readonly string[];
  readonly maxBytes: number;
  /** For a whole file. */
  readonly timeoutSeconds: number;
  /** How long a server may send nothing; half a minute when absent. */
  readonly silenceSeconds?: number;
  /** How names are resolved; by the system when absent. */
  readonly resolve?: WebOptions['resolve'];
}

/** Files of web servers that the workers allow, within limits of size and time. */
export function createWebPlace({ hosts, maxBytes: most, timeoutSeconds, silenceSeconds = 30, resolve }: WebPlaceOptions) {
  const web: WebOptions = { allowed: createAllowedHosts(hosts), ...(resolve && { resolve }) };

  /** Ends with the caller's signal or the time limit, whichever comes first; the timer does not outlive the work. */
  async function within<T>(uri: string, signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(new BadInput(`${uri}: the download takes longer than ${timeoutSeconds.toLocaleString('en-US')} s; try a nearer copy, or raise FORECASTLE_SOURCE_TIMEOUT_SECONDS`)), timeoutSeconds * 1000);
    const either = signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]);
    try {
      return await work(either);
    } catch (error) {
      throw translated(error, uri, either);
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    async describe({ uri, signal }: { readonly uri: string; readonly signal: AbortSignal | undefined }): Promise<{ readonly bytes?: number; readonly version: string }> {
      return within(uri, signal, async (either) => {
        let response = await requestWeb(web, { uri, method: 'HEAD', signal: either });
        response.destroy();
        if (response.statusCode !== 200) {
          // Some servers know no HEAD: the head of the file itself says the same.
          response = await requestWeb(web, { uri, method: 'GET', signal: either });
          response.destroy();
        }
        const bytes = lengthOf(response);
        if (bytes !== undefined && bytes > most) throw tooLarge(uri, most);
        // Without any mark every look may be at something new: then the digest of what was downloaded tells.
        return { version: versionOf(response) ?? `unmarked ${new Date().toISOString()}`, ...(bytes !== undefined && { bytes }) };
      });
    },

    async download({ uri, version }: { readonly uri: string; readonly version: string }, { folder, signal, maxBytes = most }: DownloadTo): Promise<Downloaded> {
      return within(uri, signal, async (either) => {
        const response = await requestWeb(web, { uri, method: 'GET', signal: either });
        try {
          if (response.statusCode !== 200) throw new BadInput(`${uri}: the server answers ${String(response.statusCode)} instead of the file; correct the address`);
          const now = versionOf(response);
          if (now !== undefined && !version.startsWith('unmarked ') && now !== version) throw new SourceChanged(`${uri}: the file changed after it was listed; the next attempt reads it as it is then`);
          const expected = lengthOf(response);
          if (expected !== undefined && expected > maxBytes) throw tooLarge(uri, maxBytes);
          return await saveDownload({ folder, name: webAddress(uri).pathname, uri, maxBytes }, async (sink) => {
            response.setTimeout(silenceSeconds * 1000, () => response.destroy(new Error(`silent for ${String(silenceSeconds)} s`)));
            for await (const chunk of response as AsyncIterable<Buffer>) await sink.write(chunk);
            // A body without a length ends with its connection: to the parser, one that was cut off here looks whole.
            either.throwIfAborted();
            if (!response.complete || (expected !== undefined && sink.bytes() !== expected)) {
              throw new ServiceUnavailable(`${uri}: the file ended after ${sink.bytes().toLocaleString('en-US')} bytes${expected === undefined ? '' : ` of ${expected.toLocaleString('en-US')}`}; try again`);
            }
          });
        } finally {
          response.destroy();
        }
      });
    },
  };
}

function lengthOf({ headers }: IncomingMessage): number | undefined {
  const length = headers['content-length'];
  return length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
}

function versionOf({ headers }: IncomingMessage): string | undefined {
  const size = headers['content-length'] ?? '';
  if (headers.etag !== undefined) return `etag ${headers.etag} ${size}`;
  return headers['last-modified'] === undefined ? undefined : `modified ${headers['last-modified']} ${size}`;
}
