import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const window = 16_384;

/** The last lines of a log on one line, for an error message; empty when there is no log. */
export function lastLinesOf(file: string, count: number): string {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return '';
  }
  try {
    const { size } = fstatSync(descriptor);
    const buffer = Buffer.alloc(Math.min(size, window));
    readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
    const lines = buffer.toString('utf8').split('\n').map((line) => line.trim()).filter((line) => line !== '');
    return lines.slice(-count).join(' | ');
  } finally {
    closeSync(descriptor);
  }
}
