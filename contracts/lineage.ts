/**
 * What a lineage node stands for. Ids: a digest (snapshot, artifact, candidate, code), a run id, a proposal id, `<proposal>/<actor>` for a
 * decision, `<pipeline>/v<version>` for a champion and for all that it forecast, `<pipeline>/<series>/<ds>` for one of its forecasts, a URI
 * with the digest behind `#sha256=` for a source file. Decisions, code and single forecasts are never stored as nodes: they are found in
 * the tables that hold them.
 */
export const lineageKinds = [
  'source',
  'snapshot',
  'artifact',
  'run',
  'code',
  'candidate',
  'proposal',
  'decision',
  'champion',
  'forecast',
] as const;
export type LineageKind = (typeof lineageKinds)[number];

export interface LineageNode {
  readonly kind: LineageKind;
  readonly id: string;
}

/** `output` was made from `input`. */
export interface LineageEdge {
  readonly output: LineageNode;
  readonly input: LineageNode;
  readonly runId: string;
  /** The step, or `promote`, `decide`, `serve`. */
  readonly by: string;
}
