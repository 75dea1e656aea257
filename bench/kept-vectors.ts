import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Encoder } from '../adapters/embeddings/encoder.ts';

/** Embeds texts in groups, each of which is kept in `folder` and read from there the next time, unless the encoder is another one. */
export async function keptVectors(encoder: Pick<Encoder<string>, 'describe' | 'embed'>, { keys, texts, folder, said }: { readonly keys: readonly string[]; readonly texts: readonly string[]; readonly folder: string; readonly said: (line: string) => void }): Promise<Float32Array> {
  const { id, dims } = encoder.describe();
  await mkdir(folder, { recursive: true });
  const vectors = new Float32Array(texts.length * dims);
  const size = 1_000;
  for (let start = 0; start < texts.length; start += size) {
    const group = keys.slice(start, start + size);
    const file = join(folder, `${createHash('sha256').update(JSON.stringify([id, group])).digest('hex')}.f32`);
    const kept = await readFile(file).catch(() => undefined);
    const made = kept === undefined ? (await encoder.embed(texts.slice(start, start + size))).vectors : new Float32Array(kept.buffer.slice(kept.byteOffset, kept.byteOffset + kept.byteLength));
    if (kept === undefined) {
      await writeFile(file, new Uint8Array(made.buffer, made.byteOffset, made.byteLength));
      said(`${String(start + group.length)} of ${String(texts.length)} reviews embedded`);
    }
    vectors.set(made, start * dims);
  }
  return vectors;
}
