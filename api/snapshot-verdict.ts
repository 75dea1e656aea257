import type { SnapshotDiffView } from '../contracts/http-snapshots.schema.ts';

type Facts = Omit<SnapshotDiffView, 'verdict'>;

/** What differs between two snapshots as a person would say it, the most important first. */
export function verdictOf(facts: Facts): string[] {
  const { a, b } = facts;
  if (a.digest === b.digest) return ['It is the same snapshot: nothing differs.'];
  return [...schemaLines(facts), ...rowLines(facts), ...seriesLines(facts), ...spanLines(facts), ...productLines(facts), ...columnLines(facts)];
}

function schemaLines({ schema }: Facts): string[] {
  return schema.map(({ change, column, a, b }) => {
    if (change === 'added') return `Column ${column} is new.`;
    if (change === 'removed') return `Column ${column} is gone.`;
    return change === 'type' ? `Column ${column} has another type: ${a ?? ''} became ${b ?? ''}.` : `Column ${column} has another unit: ${a ?? 'none'} became ${b ?? 'none'}.`;
  });
}

function rowLines({ rows }: Facts): string[] {
  const { added, removed, changed, byColumn, contentAdded, contentRemoved } = rows;
  if (added + removed + changed === 0) return ['No row was added, removed or changed.'];
  const columns = Object.entries(byColumn).sort(([, x], [, y]) => y - x).map(([name, count]) => `${name} in ${counted(count)}`);
  const line = `Rows: ${counted(added)} added, ${counted(removed)} removed, ${counted(changed)} changed${columns.length === 0 ? '' : ` (${columns.join(', ')})`}.`;
  const movedAtMost = Math.min(added + changed - contentAdded, removed + changed - contentRemoved);
  if (movedAtMost <= 0) return [line];
  return [line, `Apart from rows that only stand elsewhere in their files, ${counted(contentAdded)} ${contentAdded === 1 ? 'is' : 'are'} new and ${counted(contentRemoved)} gone.`];
}

function seriesLines({ series: { appeared, vanished } }: Facts): string[] {
  const line = (what: string, { count, first }: Facts['series']['appeared']): string[] =>
    count === 0 ? [] : [`${counted(count)} series ${what}: ${first.join(', ')}${count > first.length ? ' and others' : ''}.`];
  return [...line('appeared', appeared), ...line('vanished', vanished)];
}

function spanLines({ a, b }: Facts): string[] {
  const [from, to] = [[a.from, b.from], [a.to, b.to]].map(([x, y]) => (x === y ? undefined : `${day(y)} (was ${day(x)})`));
  return [...(from === undefined ? [] : [`The first kept row is of ${from}.`]), ...(to === undefined ? [] : [`The last kept row is of ${to}.`])];
}

function productLines({ products }: Facts): string[] {
  if (products.length === 0) return [];
  const value = (number: number | undefined): string => (number === undefined ? 'none' : Number.isInteger(number) ? counted(number) : figure(number));
  return [`Besides the sales: ${products.map(({ what, a, b }) => `${what} ${value(b)} (was ${value(a)})`).join(', ')}.`];
}

/** From here on a share of missing values or zeros is worth a line: one in a hundred. */
const notable = 0.01;

function columnLines({ columns }: Facts): string[] {
  const lines = columns.flatMap(({ name, psi, ks, stability, missingShare, zeroShare, mean }) => {
    const moved = stability === undefined || stability === 'stable' ? [] : [
      `${name}: the distribution ${stability === 'shifted' ? 'shifted' : 'is another one'} (PSI ${figure(psi)}${ks === undefined ? '' : `, KS ${figure(ks)}`})${mean?.a == null || mean.b == null ? '' : `, mean ${figure(mean.a)} became ${figure(mean.b)}`}.`,
    ];
    return [...moved, ...shareLine(name, 'missing', missingShare), ...shareLine(name, 'zero', zeroShare)];
  });
  const measured = columns.filter(({ psi }) => psi !== undefined);
  if (lines.length > 0 || measured.length === 0) return lines;
  const largest = measured.reduce((x, y) => ((y.psi ?? 0) > (x.psi ?? 0) ? y : x));
  if ((largest.psi ?? 0) === 0) return ["No column's distribution moved."];
  return [`No column's distribution moved: the largest PSI is ${figure(largest.psi)}, of ${largest.name}.`];
}

function shareLine(name: string, what: string, shares: { readonly a: number; readonly b: number } | undefined): string[] {
  if (shares === undefined || Math.abs(shares.a - shares.b) < notable) return [];
  return [`${name}: ${percent(shares.a)} of the values were ${what}, now ${percent(shares.b)} are.`];
}

function counted(value: number): string {
  return value.toLocaleString('en-US');
}

function figure(value: number | undefined): string {
  return value === undefined ? '–' : Number(value.toPrecision(3)).toLocaleString('en-US', { maximumSignificantDigits: 3 });
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function day(iso: string | undefined): string {
  return (iso ?? '').slice(0, 10);
}
