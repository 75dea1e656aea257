import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const window = 16_384;

/** Where a program crashed says nothing to who only runs it; what it said before does. */
const crashSite = /^(at |Node\.js v|node:|file:\/\/|throw |\^|\{$|\}$)/;

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
    const lines = buffer.toString('utf8').split('\n').map((line) => line.trim()).filter((line) => line !== '' && !crashSite.test(line));
    return lines.slice(-count).join(' | ');
  } finally {
    closeSync(descriptor);
  }
}
