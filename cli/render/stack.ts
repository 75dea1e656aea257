import type { ServiceProgress } from '../../infra/local/up.ts';
import type { ServiceReport, StackReport } from '../../infra/local/status.ts';
import type { Colors } from '../terminal.ts';
import { renderTable } from './table.ts';

/** `✓ postgres 1.2 s`: one line per state a person waits for, nothing for the ones in between. */
export function renderProgress({ service, status, seconds }: ServiceProgress, colors: Colors): string | undefined {
  switch (status.state) {
    case 'ready':
      return `${colors.green('✓')} ${service} ${seconds.toFixed(1)} s`;
    case 'external':
      return `${colors.green('✓')} ${service} (your own)`;
    case 'restarting':
    case 'failed':
      return `${colors.red('✗')} ${service} ${status.state}${status.lastError === undefined ? '' : `: ${status.lastError}`}`;
    default:
      return undefined;
  }
}

/** Service, state, process, port, memory, restarts, address. */
export function renderStack(report: StackReport, colors: Colors): string {
  if (report.services.length === 0) return `the stack is ${report.state}: npx forecastle up`;
  const table = renderTable(
    [
      { title: 'service' },
      { title: 'state' },
      { title: 'pid', align: 'right' },
      { title: 'port', align: 'right' },
      { title: 'memory', align: 'right' },
      { title: 'restarts', align: 'right' },
      { title: 'address', max: 30 },
    ],
    report.services.map((service) => [
      service.name,
      service.state,
      text(service.pid),
      text(service.port),
      mebibytes(service.memoryBytes),
      String(service.restarts),
      addressOf(service),
    ]),
    colors,
  );
  const lines = [
    table,
    '',
    `stack ${report.state}, ${mebibytes(report.memoryBytes)} in all, state in ${report.stateDir}`,
  ];
  if (report.error !== undefined) lines.push(report.error);
  for (const { name, lastError } of report.services) if (lastError !== undefined) lines.push(`${name}: ${lastError}`);
  return [...lines, ...report.notes].join('\n');
}

function addressOf({ name, uiUrl, url }: ServiceReport): string {
  // A database's address is for programs, and its login makes it long.
  return uiUrl ?? (name === 'postgres' ? '' : (url ?? ''));
}

function text(value: number | undefined): string {
  return value === undefined ? '–' : String(value);
}

function mebibytes(bytes: number | undefined): string {
  return bytes === undefined ? '–' : `${Math.round(bytes / 2 ** 20)} MiB`;
}
