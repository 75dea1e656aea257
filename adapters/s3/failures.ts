import { ServiceUnavailable } from '../../contracts/failure.ts';

/** Whether the server said that there is no such object. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && ['NotFound', 'NoSuchKey'].includes(error.name);
}

const unreachable = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'EPIPE', 'TimeoutError']);

/** What the client threw, as one line: what, where, what to do. Unknown failures pass unchanged. */
export function translateFailure(error: unknown, place: string): unknown {
  if (!(error instanceof Error)) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  if (unreachable.has(code)) return new ServiceUnavailable(`object storage at ${place} does not answer (${code}): start it with \`npx forecastle up\`, or check AWS_ENDPOINT_URL_S3`, { cause: error });
  if (['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'AccessDenied', 'CredentialsProviderError'].includes(error.name)) {
    return new ServiceUnavailable(`object storage at ${place} refuses the credentials (${error.name}): check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`, { cause: error });
  }
  if (error.name === 'NoSuchBucket') return new ServiceUnavailable(`object storage at ${place} has no such bucket: create it, or set FORECASTLE_BUCKET`, { cause: error });
  const status = '$metadata' in error ? (error.$metadata as { httpStatusCode?: number }).httpStatusCode : undefined;
  if (status !== undefined && status >= 500) return new ServiceUnavailable(`object storage at ${place} failed (${status} ${error.name}): try again`, { cause: error });
  return error;
}
