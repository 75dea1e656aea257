import type { AblationRow } from '../../contracts/ablation.ts';
import type { Colors } from '../terminal.ts';
import { score } from './figures.ts';
import { renderTable } from './table.ts';

/** What is left out, in words of several things or one. */
const words: Readonly<Record<string, string>> = { text: 'texts', image: 'pictures', audio: 'audio', video: 'videos', reviews: 'reviews', tuning: 'tuning' };
const single = new Set(['audio', 'tuning']);

/**
 * What each modality adds: the scores of the model with and without it on the folds, then who wins in plain words, one line each: by WQL, by
 * WAPE where no quantiles were forecast. Empty without rows.
 */
export function renderAblation(rows: readonly AblationRow[], colors: Colors): string {
  if (rows.length === 0) return '';
  const right = (title: string) => ({ title, align: 'right' as const });
  const table = renderTable(
    [{ title: 'left out', max: 12 }, right('columns'), { title: 'metric' }, right('with'), right('without'), right('gain'), right('95 %')],
    rows.map(({ without, columns, metric, full, reduced, gain, low, high }) => [
      nameOf(without), columns === 0 ? '–' : String(columns), metric.toUpperCase(), score(full), score(reduced), `${signed(gain)} %`, `${signed(low)} … ${signed(high)}`,
    ]),
    colors,
  );
  const said = [...new Set(rows.map(({ without }) => without))].flatMap((without) => {
    const own = rows.filter((row) => row.without === without);
    const row = own.find(({ metric }) => metric === 'wql') ?? own[0];
    return row === undefined ? [] : [sentenceOf(row, colors)];
  });
  return `${table}\n\n${said.join('\n')}`;
}

function sentenceOf({ without, metric, gain, low, high }: AblationRow, colors: Colors): string {
  const [name, measure] = [nameOf(without), metric.toUpperCase()];
  if (low <= 0 && high >= 0) return `${name}: ${colors.dim('no effect that could be told from chance')} (${measure} ${signed(gain)} %, 95 %: ${signed(low)} … ${signed(high)})`;
  const them = single.has(without) ? 'it' : 'them';
  // An interval on one side of nothing is told as how much better, or how much worse.
  const [verdict, ends] = low > 0 ? [colors.green('better'), [low, high]] : [colors.red('worse'), [-high, -low]];
  return `${name}: ${measure} ${share(Math.abs(gain))} % ${verdict} with ${them} (95 %: ${ends.map(share).join(' … ')} %)`;
}

const nameOf = (without: string): string => words[without] ?? without;

const share = (value: number): string => (100 * value).toFixed(1);

/** `+1.8`, `-0.3`, `0.0`: what rounds to nothing has no sign. */
function signed(value: number): string {
  const text = share(value);
  return Number(text) === 0 ? '0.0' : Number(text) > 0 ? `+${text}` : text;
}
