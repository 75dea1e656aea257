import { PipelineError, ServiceUnavailable } from '../../contracts/failure.ts';

/** Whether the server said that there is no such object. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && ['NotFound', 'NoSuchKey'].includes(error.name);
}

/** Whether `If-None-Match: *` was refused: the object is there (412), or a rival is writing it at this moment (409). */
export function isTaken(error: unknown): boolean {
  return [412, 409].includes(statusOf(error) ?? 0);
}

/** Whether the server has never heard of conditional writes. */
export function knowsNoCondition(error: unknown): boolean {
  return statusOf(error) === 501;
}

const unreachable = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'TimeoutError',
]);
const refusedCredentials = new Set([
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'AccessDenied',
  'ExpiredToken',
  'InvalidToken',
  'CredentialsProviderError',
]);
const damaged = new Set(['BadDigest', 'XAmzContentChecksumMismatch', 'XAmzContentSHA256Mismatch']);

/** What the client threw, as one line: what, where, what to do. Failures of our own and unknown ones pass unchanged. */
export function translateFailure(error: unknown, place: string): unknown {
  if (error instanceof PipelineError || !(error instanceof Error)) return error;
  const options = { cause: error };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  const status = statusOf(error);
  if (unreachable.has(code)) {
    return new ServiceUnavailable(
      `object storage at ${place} does not answer (${code}): start it with \`npx forecastle up\`, or check AWS_ENDPOINT_URL_S3`,
      options,
    );
  }
  if (refusedCredentials.has(error.name)) {
    return new ServiceUnavailable(
      `object storage at ${place} refuses the credentials (${error.name}): check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`,
      options,
    );
  }
  if (error.name === 'RequestTimeTooSkewed') {
    return new ServiceUnavailable(
      `object storage at ${place} refuses this machine's time: set the clock right`,
      options,
    );
  }
  if (error.name === 'NoSuchBucket') {
    return new ServiceUnavailable(
      `object storage at ${place} has no such bucket: create it, or set FORECASTLE_BUCKET`,
      options,
    );
  }
  if (damaged.has(error.name)) {
    return new ServiceUnavailable(
      `object storage at ${place} received other bytes than were sent (${error.name}): try again`,
      options,
    );
  }
  // An answer to HEAD carries no reason. S3 gives it for a missing object, too, to whoever may not list the bucket.
  if (status === 403) {
    return new ServiceUnavailable(
      `object storage at ${place} answers 403 without a reason: check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, ` +
        'and that they may s3:ListBucket, s3:GetObject and s3:PutObject there',
      options,
    );
  }
  if (status !== undefined && (status >= 500 || status === 429)) {
    return new ServiceUnavailable(`object storage at ${place} failed (${status} ${error.name}): try again`, options);
  }
  return error;
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const { $metadata } = error;
  const isObject = typeof $metadata === 'object' && $metadata !== null && 'httpStatusCode' in $metadata;
  return isObject && typeof $metadata.httpStatusCode === 'number' ? $metadata.httpStatusCode : undefined;
}
