import { createHash } from 'node:crypto';

/** Ours alone, so that our ids meet nobody else's. */
const ours = Buffer.from('6f2c1d0e8a5b4c7d9e3f40a1b2c3d4e5', 'hex');

/**
 * The UUID of a run or a step in OpenLineage: version 5 (RFC 9562, section 5.5) of its name, so that every attempt and every process
 * gives the same one.
 * @param name `<run id>` or `<run id>/<step>`
 */
export function runUuid(name: string): string {
  const bytes = createHash('sha1').update(ours).update(name, 'utf8').digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
