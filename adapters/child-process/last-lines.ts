import type { Readable } from 'node:stream';

/** Keeps the end of what streams wrote, so that an error can quote it without holding a long log in memory. */
export function lastLines(streams: readonly (Readable | null)[], keep = { lines: 12, characters: 4000 }): () => string {
  let tail = '';
  for (const stream of streams) {
    stream?.setEncoding('utf8');
    stream?.on('data', (chunk: string) => {
      tail = (tail + chunk).slice(-keep.characters);
    });
  }
  return () => tail.trim().split('\n').slice(-keep.lines).join('\n');
}
