import type { StepView } from '../../contracts/http.schema.ts';
import type { Colors } from '../terminal.ts';
import { seconds } from './figures.ts';
import { shortError, shortNote } from './step-note.ts';

const symbols: Readonly<Record<StepView['status'], string>> = {
  waiting: '·',
  running: '▶',
  done: '✓',
  cached: '=',
  skipped: '-',
  failed: '✗',
  cancelled: '✗',
};

function painted(status: StepView['status'], text: string, colors: Colors): string {
  switch (status) {
    case 'done':
      return colors.green(text);
    case 'cached':
      return colors.cyan(text);
    case 'running':
      return colors.yellow(text);
    case 'failed':
    case 'cancelled':
      return colors.red(text);
    default:
      return colors.dim(text);
  }
}

/** One line of the DAG: symbol, step, status, seconds, note; at most `columns` wide. */
export function renderStep(step: StepView, columns: number, colors: Colors, now: number = Date.now()): string {
  const elapsed =
    step.seconds ??
    (step.status === 'running' && step.startedAt !== undefined ? (now - Date.parse(step.startedAt)) / 1000 : undefined);
  const attempt = (step.attempt ?? 1) > 1 ? `attempt ${step.attempt}; ` : '';
  const head = `${symbols[step.status]} ${step.step.padEnd(15)} ${step.status.padEnd(9)}`;
  const time = (elapsed === undefined ? '' : seconds(Math.max(0, elapsed))).padStart(12);
  const room = Math.max(10, columns - head.length - time.length - 3 - attempt.length);
  const note = `${attempt}${step.error === undefined ? shortNote(step.note ?? '', room) : shortError(step.error, room)}`;
  return `${painted(step.status, head, colors)}${time}  ${note}`.trimEnd();
}

/** Every step of a run, in the order of the DAG. */
export function renderDag(steps: readonly StepView[], columns: number, colors: Colors, now?: number): string {
  return steps.map((step) => renderStep(step, columns, colors, now)).join('\n');
}
