import type { Proposal } from '../../domain/dataset-look/proposal.ts';
import { type Dialect, csvLines, embeddingLines, productsLines, reviewsLines, type SideFiles } from './draft-products.ts';
import { type DraftLine, flowList, flowMap, scalar, writeDraft } from './draft-yaml.ts';
import { count } from './figures.ts';

export interface DraftFacts {
  readonly name: string;
  /** Where the file will be looked for: relative to the pipeline file, or an address. */
  readonly uri: string;
  readonly csv: Dialect;
  readonly rows: number;
  /** Whether only the first rows were looked at. */
  readonly cut: boolean;
  /** Column with moments that say their offset. */
  readonly hasOffsets: boolean;
  /** Files of products and reviews that were looked at, too. */
  readonly beside: SideFiles;
}

/** The text of a pipeline file; every line that was decided says why. */
export function writePipelineDraft(facts: DraftFacts, proposal: Proposal): string {
  const { name, rows, cut } = facts;
  return writeDraft([
    { text: '', comment: `Written by \`forecastle init\` from a look at ${cut ? 'the first ' : ''}${count(rows)} rows. Read the reasons, correct what is wrong; every key and its default is in docs/pipeline.schema.json, with examples in docs/data.md.` },
    ...proposal.questions.map((question) => ({ text: '', comment: `To decide: ${question}.` })),
    { text: `name: ${scalar(name)}` },
    { text: 'task: forecast' },
    { text: '' },
    ...sourceLines(facts, proposal),
    { text: '' },
    { text: `frequency: ${proposal.frequency.value}`, comment: proposal.frequency.reason },
    { text: `horizon: ${String(proposal.horizon.value)}`, comment: proposal.horizon.reason },
    { text: '' },
    { text: 'validate:', comment: '`block` stops the run before anything is learnt, `warn` is reported' },
    ...proposal.rules.map(({ value, reason }): DraftLine => ({ text: `  - ${flowMap(value)}`, comment: reason })),
    { text: '' },
    ...cleaningLines(proposal),
    ...embeddingLines(proposal, facts.beside),
    { text: '' },
    { text: '', comment: 'Models, search, back-tests and promotion: as usual. Four models compete, three folds choose, the last horizon only scores.' },
    ...(proposal.levels.length === 0 ? [] : [{ text: `# hierarchy: { levels: [total, ${coarsest(proposal)}] }`, comment: 'sums above the series, made to add up' }]),
  ]);
}

function sourceLines(facts: DraftFacts, proposal: Proposal): DraftLine[] {
  const { columns, levels, filters, returns, duplicates } = proposal;
  const { series, time, target, price, stock } = columns;
  const place: DraftLine[] = [{ text: `    uri: ${scalar(facts.uri)}` }, ...csvLines(facts.csv)];
  const [only = ''] = series.value;
  return [
    { text: 'sources:' },
    { text: '  sales:' },
    ...place,
    { text: '    columns:' },
    { text: `      series: ${series.value.length === 1 ? scalar(only) : flowList(series.value)}`, comment: series.reason },
    { text: `      time: ${scalar(time.value)}`, comment: time.reason },
    { text: `      target: ${scalar(target.value)}`, comment: target.reason },
    ...(price === undefined ? [] : [{ text: `      price: ${scalar(price.value)}`, comment: price.reason }]),
    ...(stock === undefined ? [] : [{ text: `      stock: ${scalar(stock.value)}`, comment: stock.reason }]),
    ...(levels.length === 0 ? [] : [{ text: '    levels:', comment: 'one value for each series' }]),
    ...levels.map((level): DraftLine => ({ text: `      ${level.name}: ${scalar(level.column)}`, comment: `${count(level.distinct)} values` })),
    ...(filters.length === 0 ? [] : [{ text: '    filters:', comment: 'a row takes part when all of these hold' }]),
    ...filters.map(({ value, reason }): DraftLine => ({ text: `      - ${flowMap(value)}`, comment: reason })),
    ...(returns === undefined ? [] : [
      { text: '    returns:', comment: returns.reason },
      { text: `      where: [${flowMap(returns.value)}]` },
      { text: '      action: drop', comment: '`drop` forecasts gross demand, `net` subtracts the returns' },
    ]),
    { text: `    duplicates: ${duplicates.value}`, comment: duplicates.reason },
    ...(facts.hasOffsets ? [{ text: '    # timezone: Europe/Lisbon', comment: 'where the business is; without it a moment belongs to its day in UTC' }] : []),
    ...productsLines(proposal, facts.beside, place),
    ...reviewsLines(facts.beside),
  ];
}

function coarsest({ levels }: Proposal): string {
  return levels.toSorted((a, b) => a.distinct - b.distinct)[0]?.name ?? 'total';
}

const many = 2000;

function cleaningLines({ gaps, closed, outliers, series }: Proposal): DraftLine[] {
  return [
    { text: 'cleaning:' },
    { text: `  gaps: ${gaps.value}`, comment: gaps.reason },
    ...(closed === undefined ? [] : [{ text: `  closed: { weekdays: ${flowList(closed.value)} }`, comment: closed.reason }]),
    { text: `  outliers: { method: iqr, action: ${outliers.value}, factor: 3 }`, comment: outliers.reason },
    ...(series <= many ? [] : [{ text: '  # top: 1000', comment: `for a first look: only the series that sold most; all ${count(series)} take their time` }]),
  ];
}
