import { readFile, writeFile } from 'node:fs/promises';

/** Little-endian float32 numbers, nothing else. */
export async function readFloats(file: string): Promise<Float32Array> {
  const { buffer, byteOffset, byteLength } = await readFile(file);
  return byteOffset % 4 === 0 ? new Float32Array(buffer, byteOffset, byteLength / 4) : new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

export async function writeFloats(file: string, values: Float32Array): Promise<void> {
  await writeFile(file, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}
