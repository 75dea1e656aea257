import { unitOf } from '../../domain/calendar.ts';
import type { Proposal } from '../../domain/dataset-look/proposal.ts';
import type { Colors } from '../terminal.ts';
import { count } from './figures.ts';
import { renderPairs } from './table.ts';

export interface InitFacts {
  readonly out: string;
  readonly rows: number;
  readonly files: number;
  readonly cut: boolean;
}

/** What was decided, and what to do next. */
export function renderInit({ out, rows, files, cut }: InitFacts, proposal: Proposal, colors: Colors): string {
  const { columns, frequency, horizon, filters, returns, duplicates, gaps, rules, levels, text, questions } = proposal;
  const optional = (name: string, value: string | undefined): (readonly [string, string])[] => (value === undefined ? [] : [[name, value]]);
  const pairs: (readonly [string, string])[] = [
    ['looked at', `${cut ? 'the first ' : ''}${count(rows)} rows${files === 1 ? '' : ` of ${count(files)} files`}`],
    ['series', `${columns.series.value.map(seen).join(' × ')} (${count(proposal.series)}): ${seen(columns.series.reason)}`],
    ['time', `${seen(columns.time.value)}: ${columns.time.reason}`],
    ['target', `${seen(columns.target.value)}: ${columns.target.reason}`],
    ...optional('price', columns.price === undefined ? undefined : seen(columns.price.value)),
    ...optional('stock', columns.stock === undefined ? undefined : seen(columns.stock.value)),
    ...optional('levels', levels.length === 0 ? undefined : levels.map(({ name }) => name).join(', ')),
    ...optional('texts', text === undefined ? undefined : seen(text.value)),
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

/** Names come from a file: nothing in them may steer the terminal. */
function seen(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ');
}
