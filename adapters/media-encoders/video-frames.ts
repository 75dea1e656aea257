import { checkFile } from './decode-picture.ts';
import { UnreadableMedia } from './encoder.ts';
import type { Ffmpeg } from './ffmpeg.ts';
import { complaint, mostMediaBytes } from './ffmpeg.ts';

const mostSeconds = 60;
const mostFrameBytes = 400_000_000;

/**
 * Pictures of a film (PNG), from the middles of `count` parts of equal length, turned as the film says. Fewer than `count` where the film has
 * none there, which happens when its sound goes on for longer.
 * @throws UnreadableMedia with the reason; the abort reason
 */
export async function framesOf(file: string, count: number, ffmpeg: Ffmpeg, signal?: AbortSignal): Promise<readonly Uint8Array[]> {
  await checkFile(file, mostMediaBytes);
  const limits = { seconds: mostSeconds, ...(signal && { signal }) };
  const seconds = await durationOf(file, ffmpeg, limits);
  const frames: Uint8Array[] = [];
  let stderr = '';
  for (let index = 0; index < count; index += 1) {
    const at = (seconds * (index + 0.5)) / count;
    const answer = await ffmpeg.read(file, {
      ...limits,
      before: ['-loglevel', 'error', '-ss', at.toFixed(6)],
      // The same pixels on every processor; `V` leaves out the cover pictures of sounds.
      after: ['-map', '0:V:0', '-frames:v', '1', '-sws_flags', 'bicubic+accurate_rnd+full_chroma_int+bitexact', '-pix_fmt', 'rgb24', '-c:v', 'png', '-compression_level', '1', '-f', 'image2pipe', 'pipe:1'],
      mostBytes: mostFrameBytes,
    });
    if (answer.stdout.length > 0) frames.push(answer.stdout);
    else stderr = answer.stderr;
  }
  if (frames.length === 0) throw new UnreadableMedia(`has no pictures that can be decoded (${complaint(stderr)})`);
  return frames;
}

/** In seconds. Containers that don't say it are read through, without decoding. */
async function durationOf(file: string, ffmpeg: Ffmpeg, limits: { readonly seconds: number; readonly signal?: AbortSignal }): Promise<number> {
  // Without an output it says what it sees, and ends with an error.
  const { stderr } = await ffmpeg.read(file, { ...limits, after: [], mostBytes: 1_000_000 });
  const said = /Duration: (\d+):(\d+):(\d+\.\d+)/.exec(stderr);
  if (said !== null) return Number(said[1]) * 3600 + Number(said[2]) * 60 + Number(said[3]);
  if (!stderr.includes('Input #0')) throw new UnreadableMedia(`is not a film that can be decoded (${complaint(stderr)})`);
  const copied = await ffmpeg.read(file, { ...limits, before: ['-loglevel', 'error'], after: ['-map', '0:V:0', '-c', 'copy', '-progress', 'pipe:1', '-f', 'null', '-'], mostBytes: 10_000_000 });
  return Number([...copied.stdout.toString().matchAll(/out_time_us=(\d+)/g)].at(-1)?.[1] ?? 0) / 1e6;
}
