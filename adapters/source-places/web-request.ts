import { lookup } from 'node:dns/promises';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { BadInput, DatasetMissing, PipelineError, ServiceUnavailable } from '../../contracts/failure.ts';
import { SourceProblem } from '../source-problem.ts';
import { type AllowedHosts, hostOf, isAddress } from './allowed-hosts.ts';

export interface WebOptions {
  readonly allowed: AllowedHosts;
  /** Resolves a name; the system's own by default. */
  readonly resolve?: (host: string) => Promise<readonly { readonly address: string; readonly family: number }[]>;
}

const mostRedirects = 5;
const redirects = new Set([301, 302, 303, 307, 308]);
const headersMs = 30_000;

/** Parses an address of the user's. Throws `BadInput` for one with a login, which would be stored with the pipeline file. */
export function webAddress(uri: string): URL {
  let url: URL;
  try {
    url = new URL(uri);
  } catch (error) {
    throw new BadInput(`${uri}: this is no address; write it as https://host/path`, { cause: new SourceProblem('no web address', { cause: error }) });
  }
  if (url.username !== '' || url.password !== '') throw new BadInput(`https://${url.host}${url.pathname}: the address holds a login, which would be stored with the pipeline file; take it out`, { cause: new SourceProblem('an address with a login') });
  return url;
}

/**
 * The answer to a request, its body not yet read. The name is resolved once, each address is checked, and the connection goes to the checked
 * one, so that no later answer of a name server can lead elsewhere. Redirects are followed to allowed hosts only, never from https to http.
 * Throws `BadInput`, `DatasetMissing` (404, 410) or `ServiceUnavailable`.
 */
export async function requestWeb({ allowed, resolve = resolveAll }: WebOptions, { uri, method, signal }: { readonly uri: string; readonly method: 'GET' | 'HEAD'; readonly signal: AbortSignal }): Promise<IncomingMessage> {
  let url = webAddress(uri);
  for (let hop = 0; hop <= mostRedirects; hop++) {
    allowed.expectHost(url, uri);
    const target = await checkedAddress(url, { allowed, resolve, uri });
    const response = await send(url, target, { uri, method, signal });
    const status = response.statusCode ?? 0;
    if (!redirects.has(status)) return expectDocument(response, url, uri);
    response.destroy();
    const next = redirectOf(response, url, uri);
    if (url.protocol === 'https:' && next.protocol === 'http:') throw new BadInput(`${uri}: ${url.host} redirects to ${next.protocol}//${next.host}, without encryption; give the address that it ends at`, { cause: new SourceProblem('redirects to an address without encryption') });
    url = next;
  }
  throw new BadInput(`${uri}: more than ${String(mostRedirects)} redirects; give the address that they end at`, { cause: new SourceProblem('too many redirects') });
}

function redirectOf(response: IncomingMessage, from: URL, uri: string): URL {
  try {
    const next = new URL(response.headers.location ?? '', from);
    if (next.protocol === 'http:' || next.protocol === 'https:') return next;
  } catch {
    // said below
  }
  throw new BadInput(`${uri}: ${from.host} redirects to something that is no web address; give the address of the file itself`, { cause: new SourceProblem('redirects to no web address') });
}

async function resolveAll(host: string): Promise<readonly { readonly address: string; readonly family: number }[]> {
  return lookup(host, { all: true, verbatim: true });
}

async function checkedAddress(url: URL, { allowed, resolve, uri }: Required<WebOptions> & { readonly uri: string }): Promise<{ readonly address: string; readonly family: number }> {
  const host = hostOf(url);
  let found: readonly { readonly address: string; readonly family: number }[];
  try {
    found = isAddress(host) ? [{ address: host, family: host.includes(':') ? 6 : 4 }] : await resolve(host);
  } catch (error) {
    throw new ServiceUnavailable(`${uri}: the name ${host} can't be resolved; correct the address, or try again`, { cause: new SourceProblem('the host has no address', { cause: error }) });
  }
  for (const { address } of found) allowed.expectAddress(address, url, uri);
  const [first] = found;
  if (first === undefined) throw new ServiceUnavailable(`${uri}: the name ${host} has no address; correct it, or try again`, { cause: new SourceProblem('the host has no address') });
  return first;
}

function send(url: URL, target: { readonly address: string; readonly family: number }, { uri, method, signal }: { readonly uri: string; readonly method: string; readonly signal: AbortSignal }): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const ask = url.protocol === 'http:' ? httpRequest : httpsRequest;
    const request = ask(url, {
      method, signal, agent: false,
      headers: { 'user-agent': 'forecastle', accept: '*/*', 'accept-encoding': 'identity' },
      maxHeaderSize: 64 << 10,
      // The connection goes to the address that was checked; TLS still expects the certificate of the name.
      lookup: (_host, options, done) => {
        if (options.all === true) done(null, [target]);
        else done(null, target.address, target.family);
      },
    });
    const late = setTimeout(() => request.destroy(new Error(`no answer within ${String(headersMs / 1000)} s`)), headersMs);
    request.on('response', (response) => {
      clearTimeout(late);
      resolve(response);
    });
    request.on('error', (error) => {
      clearTimeout(late);
      reject(translated(error, uri, signal));
    });
    request.end();
  });
}

/** What the connection failed with, as one line. */
export function translated(error: unknown, uri: string, signal: AbortSignal): unknown {
  if (error instanceof PipelineError) return error;
  if (signal.aborted) return signal.reason;
  const reason = error instanceof Error ? ('code' in error ? String(error.code) : error.message) : String(error);
  if (reason.startsWith('HPE_')) return new BadInput(`${uri}: the server's answer is no HTTP (${reason}); check the address`, { cause: new SourceProblem('the answer is no HTTP', { cause: error }) });
  return new ServiceUnavailable(`${uri}: the server does not answer as it should (${reason}); check the address, or try again`, { cause: new SourceProblem(`the server does not answer (${reason})`, { cause: error }) });
}

function expectDocument(response: IncomingMessage, url: URL, uri: string): IncomingMessage {
  const status = response.statusCode ?? 0;
  const encoding = response.headers['content-encoding'] ?? 'identity';
  if (status === 200 && /^(identity|gzip|x-gzip)$/i.test(encoding)) return response;
  if (response.statusCode === 405 || response.statusCode === 501) return response;
  response.destroy();
  const options = { cause: new SourceProblem(`HTTP status ${String(status)}`) };
  if (status === 200) throw new BadInput(`${uri}: the server compresses the file in a way that was not asked for (${encoding}); let it send the file as it is`);
  if (status === 404 || status === 410) throw new DatasetMissing(`${uri}: ${url.host} has no such file (${String(status)}); correct the address`, options);
  if (status === 401 || status === 403) throw new BadInput(`${uri}: ${url.host} wants a login (${String(status)}); download the file and give its path, or put it in object storage`, options);
  if (status === 408 || status === 429 || status >= 500) throw new ServiceUnavailable(`${uri}: ${url.host} failed (${String(status)}); try again`, options);
  throw new BadInput(`${uri}: ${url.host} answers ${String(status)} instead of the file; correct the address`, options);
}
