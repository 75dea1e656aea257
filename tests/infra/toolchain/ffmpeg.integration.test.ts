import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { installFfmpeg } from '../../../infra/toolchain/install-ffmpeg.ts';
import { toolchainPaths } from '../../../infra/toolchain/paths.ts';

const paths = toolchainPaths();
const noIndex = { ...process.env, PIP_INDEX_URL: 'http://127.0.0.1:9/simple', PIP_EXTRA_INDEX_URL: '', PIP_RETRIES: '0', PIP_TIMEOUT: '2' };
let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'forecastle-ffmpeg-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

test('what is installed is left alone', async () => {
  const lines: string[] = [];
  await installFfmpeg(paths, { progress: (line) => lines.push(line), env: noIndex });
  expect(lines).toEqual(['FFmpeg: in place']);
  expect(existsSync(paths.ffmpeg)).toBe(true);
});

test('without a package index the installation goes on, says why, and leaves nothing half-done', async () => {
  const ffmpeg = join(scratch, 'ffmpeg', 'ffmpeg');
  const lines: string[] = [];
  await installFfmpeg({ ffmpeg, python: paths.python }, { progress: (line) => lines.push(line), env: noIndex });
  expect(lines.at(-1)).toMatch(/^FFmpeg: not installed \([^\n]+\); films and sounds need one on the PATH$/);
  expect(await readdir(dirname(ffmpeg))).toEqual([]);
});
