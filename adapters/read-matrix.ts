import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArtifactCorrupt } from '../contracts/failure.ts';
import type { Matrix } from '../contracts/training.ts';
import type { OriginTable } from '../domain/origin-rows.ts';

/** Reads the three files of a matrix folder. Throws `ArtifactCorrupt` when a file's length does not fit the rows and columns. */
export async function readMatrix(matrix: Matrix): Promise<OriginTable> {
  const { folder, rows, columns } = matrix;
  async function words(name: string, count: number): Promise<ArrayBuffer> {
    const bytes = await readFile(join(folder, name));
    if (bytes.byteLength !== count * 4) {
      throw new ArtifactCorrupt(`${join(folder, name)}: ${bytes.byteLength} bytes, but ${rows} rows need ${count * 4}`);
    }
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  }
  return {
    rows,
    values: new Float32Array(await words('values.f32', rows * columns.length)),
    columns: new Map(columns.map((name, number) => [name, number])),
    series: new Uint32Array(await words('series.u32', rows)),
    origin: new Int32Array(await words('origin.i32', rows)),
  };
}
