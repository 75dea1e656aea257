import { lineageKinds } from '../../contracts/lineage.ts';
import type { LineageEdge, LineageKind } from '../../contracts/lineage.ts';

/** A digest that can be told from others by its letter. */
export const digest = (letter: string): string => letter.repeat(64);
const kindOf = (name: string | undefined): LineageKind => lineageKinds.find((kind) => kind === name) ?? 'artifact';

/** What the activities record: a chain, from the forecasts of a champion to the file. */
export const recordedEdges: readonly LineageEdge[] = [
  ['forecast', 'shop/v1', 'champion', 'shop/v1', 'promote'],
  ['champion', 'shop/v1', 'proposal', 'prop-1', 'promote'],
  ['proposal', 'prop-1', 'candidate', digest('c'), 'propose'],
  ['candidate', digest('c'), 'artifact', digest('6'), 'register'],
  ['artifact', digest('6'), 'run', 'run-1', 'evaluate'],
  ['run', 'run-1', 'snapshot', digest('5'), 'ingest'],
  ['snapshot', digest('5'), 'source', `sales.csv#sha256=${digest('3')}`, 'ingest'],
].map(([outputKind, output = '', inputKind, input = '', by = '']) => ({
  output: { kind: kindOf(outputKind), id: output },
  input: { kind: kindOf(inputKind), id: input },
  runId: 'run-1',
  by,
}));
