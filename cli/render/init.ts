import { unitOf } from '../../domain/calendar.ts';
import type { Proposal } from '../../domain/dataset-look/proposal.ts';
import type { Colors } from '../terminal.ts';
import type { SideFiles } from './draft-products.ts';
import { count } from './figures.ts';
import { renderPairs } from './table.ts';

export interface InitFacts {
  readonly out: string;
  readonly rows: number;
  readonly files: number;
  readonly cut: boolean;
  readonly beside: SideFiles;
}

/** What was decided, and what to do next. */
export function renderInit({ out, rows, files, cut, beside }: InitFacts, proposal: Proposal, colors: Colors): string {
  const { columns, frequency, horizon, filters, returns, duplicates, gaps, rules, levels, text, media, questions } = proposal;
  const optional = (name: string, value: string | undefined): (readonly [string, string])[] => (value === undefined ? [] : [[name, value]]);
  const pairs: (readonly [string, string])[] = [
    ['looked at', `${cut ? 'the first ' : ''}${count(rows)} rows${files === 1 ? '' : ` of ${count(files)} files`}`],
    ['series', `${columns.series.value.map(seen).join(' × ')} (${count(proposal.series)}): ${seen(columns.series.reason)}`],
    ['time', `${seen(columns.time.value)}: ${columns.time.reason}`],
    ['target', `${seen(columns.target.value)}: ${columns.target.reason}`],
    ...optional('price', columns.price === undefined ? undefined : seen(columns.price.value)),
    ...optional('stock', columns.stock === undefined ? undefined : seen(columns.stock.value)),
    ...optional('levels', levels.length === 0 ? undefined : levels.map(({ name }) => name).join(', ')),
    ...(beside.products === undefined ? [...optional('texts', text === undefined ? undefined : seen(text.value)), ...mediaPairs(media)] : productPairs(beside.products)),
    ...(beside.reviews === undefined ? [] : reviewPairs(beside.reviews)),
    ...filters.map(({ value, reason }): readonly [string, string] => ['filter', `${seen(value.column)}: ${seen(reason)}`]),
    ...optional('returns', returns === undefined ? undefined : `${seen(returns.value.column)}: ${seen(returns.reason)}`),
    ...(duplicates.value === 'keep' ? [] : [['duplicates', `dropped: ${duplicates.reason}`] as const]),
    ['frequency', `${frequency.value}: ${frequency.reason}`],
    ['horizon', `${count(horizon.value)} ${unitOf(frequency.value)}${horizon.value === 1 ? '' : 's'}: ${horizon.reason}`],
    ['gaps', `${gaps.value}: ${gaps.reason}`],
    ['rules', rules.map(({ value }) => value.rule).filter((rule, i, all) => all.indexOf(rule) === i).join(', ')],
  ];
  return [
    renderPairs(pairs, colors),
    ...(questions.length === 0 ? [] : ['', renderPairs(questions.map((question) => [colors.yellow('to decide'), seen(question)] as const), colors)]),
    '',
    `${out} is written, with a reason beside each line. Read it, then:`,
    `  npx forecastle run ${/^[\w./-]+$/.test(out) ? out : `'${out.replaceAll("'", String.raw`'\''`)}'`} --follow`,
  ].join('\n');
}

const kinds = { image: 'pictures', audio: 'sounds', video: 'films' } as const;

function mediaPairs(media: Proposal['media']): (readonly [string, string])[] {
  return Object.entries(kinds).flatMap(([kind, name]) => {
    const column = media[kind as keyof typeof kinds];
    return column === undefined ? [] : [[name, `${seen(column.value)}: ${seen(column.reason)}`] as const];
  });
}

function productPairs({ key, text, media, static: attributes }: NonNullable<SideFiles['products']>): (readonly [string, string])[] {
  const names = (columns: typeof text): string => columns.map(({ value }) => seen(value)).join(', ');
  return [
    ['products', `${seen(key.value)}: ${key.reason}`], ...(text.length === 0 ? [] : [['texts', names(text)] as const]),
    ...mediaPairs(media), ...(attributes.length === 0 ? [] : [['attributes', names(attributes)] as const]),
  ];
}

function reviewPairs({ key, time, text, rating }: NonNullable<SideFiles['reviews']>): (readonly [string, string])[] {
  return [
    ['reviews', `${seen(key.value)}: ${key.reason}`], ['written', `${seen(time.value)}: ${time.reason}`],
    ...text.map(({ value, reason }) => ['words', `${seen(value)}: ${reason}`] as const), ...(rating === undefined ? [] : [['stars', `${seen(rating.value)}: ${rating.reason}`] as const]),
  ];
}

/** Names come from a file: nothing in them may steer the terminal. */
function seen(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ');
}
