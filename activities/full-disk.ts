import { ServiceUnavailable } from '../contracts/failure.ts';

/** Codes of Node: no space, over a quota, over a limit on the size of files. */
const codes: Readonly<Record<string, string>> = { ENOSPC: 'no space left', EDQUOT: 'the quota is used up', EFBIG: 'the limit on the size of a file is reached' };
/** What native code says of the same. */
const texts: readonly (readonly [RegExp, string])[] = [
  [/no space left on device|disk full|not enough (disk )?space/i, 'no space left'],
  [/disk quota exceeded/i, 'the quota is used up'],
  [/file too large/i, 'the limit on the size of a file is reached'],
  [/max_temp_directory_size|failed to offload data block/i, 'no space left for what does not fit into memory'],
];

/**
 * The failure of a write for which the disk had no room, as one line; undefined for any other error. It passes: once there is room the next
 * attempt goes on after the last piece that was finished.
 */
export function fullDisk(error: unknown): ServiceUnavailable | undefined {
  const reason = reasonOf(error);
  if (reason === undefined) return undefined;
  const file = /"(\/[^"]+)"|'(\/[^']+)'/.exec(error instanceof Error ? error.message : '');
  const where = file === null ? '' : ` at ${file[1] ?? file[2] ?? ''}`;
  return new ServiceUnavailable(
    `the disk of the worker is full${where} (${reason}): nothing half-made is kept; free space, or give the worker a larger folder (FORECASTLE_STATE), and it goes on where it stopped`, { cause: error },
  );
}

function reasonOf(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    const { message } = at;
    const code = 'code' in at && typeof at.code === 'string' ? codes[at.code] : undefined;
    const reason = code ?? texts.find(([pattern]) => pattern.test(message))?.[1];
    if (reason !== undefined) return reason;
  }
  return undefined;
}
