import { expect, test } from 'vitest';

import { fullDisk } from '../../activities/full-disk.ts';
import { BadInput } from '../../contracts/failure.ts';

const withCode = (code: string, message: string): Error => Object.assign(new Error(message), { code });

test.each([
  [withCode('ENOSPC', 'ENOSPC: no space left on device, write'), 'the disk of the worker is full (no space left)'],
  [withCode('ENOSPC', "ENOSPC: no space left on device, open '/state/scratch/a.parquet'"), 'the disk of the worker is full at /state/scratch/a.parquet (no space left)'],
  [withCode('EDQUOT', 'EDQUOT: disk quota exceeded, write'), 'the disk of the worker is full (the quota is used up)'],
  [withCode('EFBIG', 'EFBIG: file too large, write'), 'the disk of the worker is full (the limit on the size of a file is reached)'],
  [new Error('IO Error: Could not write all bytes to file "/state/scratch/b.parquet": wanted=10 wrote=2: No space left on device'), 'the disk of the worker is full at /state/scratch/b.parquet (no space left)'],
  [new Error('Out of Memory Error: failed to offload data block of size 256.0 KiB (1.0 GiB/1.0 GiB used).\nThis limit was set by the \'max_temp_directory_size\' setting.'), 'the disk of the worker is full (no space left for what does not fit into memory)'],
  [new BadInput('a.csv: the Parquet file is damaged; export it again', { cause: new Error('IO Error: write: No space left on device') }), 'the disk of the worker is full (no space left)'],
])('%s is a full disk, which passes', (error, beginning) => {
  const failure = fullDisk(error);
  expect(failure).toMatchObject({ code: 'ServiceUnavailable', retryable: true, cause: error });
  expect(failure?.message.startsWith(`${beginning}: nothing half-made is kept`)).toBe(true);
  expect(failure?.message).not.toContain('\n');
});

test.each([new Error('Out of Memory Error: could not allocate block'), new BadInput('row 3: no date'), withCode('EACCES', 'EACCES: permission denied'), 'a text', undefined])('%s is none', (error) => {
  expect(fullDisk(error)).toBeUndefined();
});
