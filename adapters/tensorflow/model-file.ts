import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArtifactCorrupt } from '../../contracts/failure.ts';
import { weightShapes } from './network-shape.ts';
import type { NetworkShape, Weight } from './network-shape.ts';
import type { FittedNetwork } from './predict.ts';

/**
 * Format 1. `network.json`: `{ format, shape, heads, standard, staticNames, weights: [{ name, shape }] }`;
 * `network.bin`: the weights' values one after the other in that order, little-endian float32, row-major.
 */
const format = 1;
export const modelFiles = ['network.json', 'network.bin'] as const;

/** Writes a network into a folder. The same network always gives the same bytes. */
export async function saveNetwork(folder: string, { weights, ...rest }: FittedNetwork): Promise<void> {
  const description = { format, ...rest, weights: weights.map(({ name, shape }) => ({ name, shape })) };
  const values = Buffer.concat(
    weights.map((weight) => Buffer.from(weight.values.buffer, weight.values.byteOffset, weight.values.byteLength)),
  );
  await writeFile(join(folder, modelFiles[0]), `${JSON.stringify(description, null, 2)}\n`);
  await writeFile(join(folder, modelFiles[1]), values);
}

/** Reads what {@link saveNetwork} wrote. Throws `ArtifactCorrupt` when the files do not fit each other or are of another format. */
export async function loadNetwork(folder: string): Promise<FittedNetwork> {
  const description: unknown = JSON.parse(await readFile(join(folder, modelFiles[0]), 'utf8'));
  if (!isDescription(description))
    throw new ArtifactCorrupt(`${join(folder, modelFiles[0])}: not a network of format ${format}`);
  const bytes = await readFile(join(folder, modelFiles[1]));
  const all = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const weights: Weight[] = [];
  let at = 0;
  for (const [name, [rows, columns]] of weightShapes(description.shape)) {
    weights.push({ name, shape: [rows, columns], values: all.slice(at, at + rows * columns) });
    at += rows * columns;
  }
  if (at !== all.length)
    throw new ArtifactCorrupt(
      `${join(folder, modelFiles[1])}: ${all.length} values, but the network has ${at} weights`,
    );
  return {
    shape: description.shape,
    heads: description.heads,
    standard: description.standard,
    staticNames: description.staticNames,
    weights,
  };
}

function isDescription(value: unknown): value is Omit<FittedNetwork, 'weights'> & { readonly shape: NetworkShape } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'format' in value &&
    value.format === format &&
    'shape' in value &&
    'heads' in value &&
    'standard' in value &&
    'staticNames' in value
  );
}
