/** What a lineage node stands for. Ids: a digest, a run id, `<pipeline>/<series>/<ds>` for a forecast, a URI for a source file. */
export type LineageKind = 'source' | 'snapshot' | 'artifact' | 'run' | 'candidate' | 'proposal' | 'champion' | 'forecast';

export interface LineageNode {
  readonly kind: LineageKind;
  readonly id: string;
}

/** `output` was made from `input`. */
export interface LineageEdge {
  readonly output: LineageNode;
  readonly input: LineageNode;
  readonly runId: string;
  /** The step, or `promote`. */
  readonly by: string;
}
