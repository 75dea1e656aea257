import type { LabelledDataset } from '../../adapters/duckdb/labels/label-dataset.ts';
import type { Labels } from '../../contracts/labels.schema.ts';
import { count } from './figures.ts';

/** What was labelled, in a few lines. */
export function renderLabels(file: string, labels: Labels, set: LabelledDataset): string {
  const share = (part: number, whole: number): string => (whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`);
  const known = set.rows - set.censored;
  return [
    `${file}: ${count(set.rows)} rows of ${count(set.entities)} entities (${labels.entity}), ${count(set.cutoffs)} cutoffs from ${set.from} to ${set.to}`,
    `${labels.rule} ${labels.within}: an event follows in ${count(set.events)} of ${count(known)} rows (${share(set.events, known)})${meanOf(labels, set)}`,
    ...(set.censored === 0 ? [] : [`${count(set.censored)} rows have no label: the data end on ${set.dataTo}, before their days do`]),
    ...(set.withoutEntity === 0 ? [] : [`${count(set.withoutEntity)} of ${count(set.sourceRows)} source rows are events without ${labels.entity} and count for nobody`]),
  ].join('\n');
}

function meanOf({ rule }: Labels, { meanLabel }: LabelledDataset): string {
  if (Number.isNaN(meanLabel) || rule === 'event-within') return '';
  return rule === 'sum-within' ? `, mean label ${meanLabel.toFixed(2)}` : `, after ${meanLabel.toFixed(1)} days on average`;
}
