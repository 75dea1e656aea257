import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';

import { type ArtifactRef, type Layer, mediaTypes } from '../contracts/artifacts.ts';
import { ArtifactCorrupt, ArtifactMissing } from '../contracts/failure.ts';
import { canonicalJson } from './canonical-json.ts';

// What every artifact store is and does alike; shared by object storage and its memory twin, which may not know each other.

export interface ContentKind {
  readonly mediaType: string;
  /** Without the dot. */
  readonly extension: string;
}

export interface ArtifactStore {
  /**
   * Publishing the same bytes again changes nothing, from however many processes at once; nobody ever sees a part of them.
   * @throws Conflict when the file changes while it is read
   */
  publishFile(layer: Layer, file: string, as: ContentKind, signal?: AbortSignal): Promise<ArtifactRef>;
  publishBytes(layer: Layer, bytes: Uint8Array, as: ContentKind): Promise<ArtifactRef>;
  /** Canonical JSON (RFC 8785): equal values have one digest. */
  publishJson(layer: Layer, value: unknown): Promise<ArtifactRef>;
  /** @throws ArtifactMissing, ArtifactCorrupt */
  readBytes(ref: ArtifactRef): Promise<Uint8Array>;
  readJson(ref: ArtifactRef): Promise<unknown>;
  /** A verified local copy, not to be changed; the store is not asked when there is one. @throws ArtifactMissing, ArtifactCorrupt */
  fetchFile(ref: ArtifactRef, signal?: AbortSignal): Promise<string>;
  /** Reads what the store holds now, past every local copy, and keeps nothing. @throws ArtifactMissing, ArtifactCorrupt */
  verify(ref: ArtifactRef, signal?: AbortSignal): Promise<void>;
  /** Whether an object of this name and size is there. */
  exists(ref: ArtifactRef): Promise<boolean>;
  close(): void;
}

export interface Content {
  readonly sha256: string;
  readonly bytes: number;
}

/** The reference that content has in a bucket: its name is its digest. */
export function refOf(bucket: string, layer: Layer, { sha256, bytes }: Content, as: ContentKind): ArtifactRef {
  return { uri: `s3://${bucket}/${layer}/${sha256}.${as.extension}`, sha256, bytes, mediaType: as.mediaType };
}

export function contentOf(bytes: Uint8Array): Content {
  return { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.byteLength };
}

export async function contentOfFile(file: string): Promise<Content> {
  return contentOfStream(createReadStream(file));
}

/** Reads it to its end. */
export async function contentOfStream(stream: Readable): Promise<Content> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    hash.update(chunk);
    bytes += chunk.byteLength;
  }
  return { sha256: hash.digest('hex'), bytes };
}

/** @throws ArtifactCorrupt unless the content is what the reference names */
export function expectContent(ref: ArtifactRef, { sha256 }: Pick<Content, 'sha256'>): void {
  if (sha256 === ref.sha256) return;
  throw new ArtifactCorrupt(
    `${ref.uri} does not hold the bytes it is named for (found ${sha256.slice(0, 12)}…): ` +
      'somebody changed it in the store. Restore it, or run the pipeline again.',
  );
}

export function missing(ref: ArtifactRef): ArtifactMissing {
  return new ArtifactMissing(
    `${ref.uri} is not in the store: it was deleted, or the run that made it used another store. Run the pipeline again.`,
  );
}

/** JSON on top of bytes. */
export function jsonIn({
  publishBytes,
  readBytes,
}: Pick<ArtifactStore, 'publishBytes' | 'readBytes'>): Pick<ArtifactStore, 'publishJson' | 'readJson'> {
  return {
    publishJson: (layer, value) =>
      publishBytes(layer, Buffer.from(canonicalJson(value)), { mediaType: mediaTypes.json, extension: 'json' }),
    readJson: async (ref) => JSON.parse(Buffer.from(await readBytes(ref)).toString('utf8')) as unknown,
  };
}
