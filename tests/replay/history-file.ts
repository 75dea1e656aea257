import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A workflow's history as Temporal's own tools write it to JSON. */
export interface RecordedHistory {
  readonly events: readonly RecordedEvent[];
}

export interface RecordedEvent {
  readonly eventId: string;
  readonly eventType: string;
  readonly [attributes: string]: unknown;
}

export const historiesFolder = join(import.meta.dirname, 'histories');

export const historyNames = (folder = historiesFolder): string[] => readdirSync(folder).filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length)).sort();

export function readHistory(name: string, folder = historiesFolder): RecordedHistory {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as RecordedHistory;
}

/** What a history says, payloads in plain text: for the eye, and to look for what must not be in it. */
export function legible(history: unknown): string {
  return JSON.stringify(mapStrings(history, { text: (text) => text, payload: (text) => text, encode: (text) => text }), null, 1);
}

/** The same history with every text in it changed, inside its payloads too. */
export function rewrite<T>(history: T, text: (text: string) => string): T {
  return mapStrings(history, { text, payload: text, encode: (decoded) => Buffer.from(decoded, 'utf8').toString('base64') }) as T;
}

interface Mapping {
  text(text: string): string;
  payload(text: string): string;
  encode(text: string): string;
}

function mapStrings(value: unknown, mapping: Mapping): unknown {
  if (typeof value === 'string') return mapping.text(value);
  if (Array.isArray(value)) return value.map((inner) => mapStrings(inner, mapping));
  if (typeof value !== 'object' || value === null) return value;
  const data = 'metadata' in value && 'data' in value && typeof value.data === 'string' ? value.data : undefined;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      // Payloads and their metadata are base64 of JSON and of names of encodings; only the former can hold anything of ours.
      if (key === 'metadata') return [key, inner];
      if (key === 'data' && data !== undefined) return [key, mapping.encode(mapping.payload(Buffer.from(data, 'base64').toString('utf8')))];
      return [key, mapStrings(inner, mapping)];
    }),
  );
}
