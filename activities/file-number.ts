import { digestOf } from './digest.ts';

/** Rows carry it as an integer that JavaScript and every reader of Parquet have. */
const digits = 12;

/**
 * What rows call their file: the first 48 bits of the SHA-256 of its bytes; for a file in `key=value` folders, whose values are columns of
 * its rows, of both together. It does not depend on the file's name, nor on which other files there are, so that parts made of other files
 * stay as they are.
 */
export function fileNumber({ sha256, partition }: { readonly sha256: string; readonly partition?: Readonly<Record<string, string>> }): number {
  return Number.parseInt((partition === undefined ? sha256 : digestOf({ sha256, partition })).slice(0, digits), 16);
}
