import type { ActivityInterceptors } from '@temporalio/worker';

import { artifactsIn } from '../activities/digest.ts';
import type { LineageEdge, LineageNode } from '../contracts/lineage.ts';

export interface EdgeStore {
  /** Repeating it changes nothing. */
  addEdges(edges: readonly LineageEdge[]): Promise<void>;
}

/**
 * Records what every step made of what: each artifact in its result from each artifact in its input. An activity without artifacts on
 * both sides, or without a step to work for, records nothing. When the edges can't be stored the attempt fails, and the next one finds
 * its result in the cache.
 */
export function createLineageInterceptor(lineage: EdgeStore): () => ActivityInterceptors {
  return () => ({
    inbound: {
      async execute(input, next) {
        const result: unknown = await next(input);
        const edges = edgesOf(input.args[0], result);
        if (edges.length > 0) await lineage.addEdges(edges);
        return result;
      },
    },
  });
}

/** Exported for its test. */
export function edgesOf(input: unknown, result: unknown): LineageEdge[] {
  const context = contextIn(input);
  if (context === undefined) return [];
  const given = digestsIn(input);
  const made = digestsIn(result).filter((id) => !given.includes(id));
  // Ingest takes files, which registration links to the snapshot; what it makes are the snapshot's parts.
  const snapshot = context.step === 'ingest' ? digestOf(result) : undefined;
  const inputs: readonly LineageNode[] = snapshot === undefined ? given.map(artifact) : [{ kind: 'snapshot', id: snapshot }];
  return made.flatMap((id) => inputs.map((from) => ({ output: artifact(id), input: from, runId: context.runId, by: context.step })));
}

const artifact = (id: string): LineageNode => ({ kind: 'artifact', id });

/** Every artifact in it once, but a snapshot's manifest: its digest is the snapshot's own, and that is a node already. */
function digestsIn(value: unknown): string[] {
  const snapshots = [value, typeof value === 'object' && value !== null && 'snapshot' in value ? value.snapshot : undefined].map(digestOf);
  return [...new Set(artifactsIn(value).map(({ sha256 }) => sha256))].filter((sha256) => !snapshots.includes(sha256));
}

function digestOf(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null && 'digest' in value && typeof value.digest === 'string' ? value.digest : undefined;
}

function contextIn(input: unknown): { readonly runId: string; readonly step: string } | undefined {
  if (typeof input !== 'object' || input === null || !('context' in input)) return undefined;
  const { context } = input;
  if (typeof context !== 'object' || context === null || !('runId' in context) || !('step' in context)) return undefined;
  const { runId, step } = context;
  return typeof runId === 'string' && typeof step === 'string' ? { runId, step } : undefined;
}
