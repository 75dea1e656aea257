import { BadInput } from '../../../contracts/failure.ts';

const mib = 1 << 20;
/** What a compressed file may grow to without a question. */
const freeBytes = 256 * mib;
/** Real tables shrink to a tenth or a fiftieth; a bomb to a thousandth. */
const mostTimes = 200;

/** Bytes that a compressed file may expand to: 200 times its size, but 256 MiB in any case. */
export function mostExpanded(compressedBytes: number): number {
  return Math.max(freeBytes, compressedBytes * mostTimes);
}

/** The refusal of what expands beyond that. */
export function expandsTooFar(uri: string, what: string, compressedBytes: number): BadInput {
  const most = Math.round(mostExpanded(compressedBytes) / mib).toLocaleString('en-US');
  return new BadInput(`${uri}: ${what} of ${compressedBytes.toLocaleString('en-US')} bytes expands to more than ${most} MiB, as no real table does; export it again, or unpack it yourself`);
}
