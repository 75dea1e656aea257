import { createHash } from 'node:crypto';
import canonicalizeModule from 'canonicalize';
import type { ArtifactRef } from '../contracts/artifacts.ts';

// The package is CommonJS while its types describe an ES module: TypeScript sees the namespace where Node gives the function.
const canonicalize = canonicalizeModule as unknown as typeof canonicalizeModule.default;

function isArtifactRef(value: object): value is ArtifactRef {
  return 'uri' in value && 'sha256' in value && 'bytes' in value && 'mediaType' in value;
}

/** Artifacts count by their content, not by where they lie: a moved bucket changes no digest. */
function byContent(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(byContent);
  if (typeof value !== 'object' || value === null) return value;
  if (isArtifactRef(value)) return `sha256:${value.sha256}`;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, byContent(inner)]));
}

/** SHA-256 (hexadecimal) of the RFC 8785 canonical JSON of `value`, artifact references replaced by their digests. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(canonicalize(byContent(value)) ?? 'null').digest('hex');
}

/** Every artifact reference inside `value`. */
export function artifactsIn(value: unknown): ArtifactRef[] {
  if (Array.isArray(value)) return value.flatMap(artifactsIn);
  if (typeof value !== 'object' || value === null) return [];
  return isArtifactRef(value) ? [value] : Object.values(value).flatMap(artifactsIn);
}
