import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';

import { snapshotDetailSchema, snapshotDiffSchema, snapshotListSchema, touchedSchema } from '../../contracts/http-snapshots.schema.ts';
import type { TouchedView } from '../../contracts/http-snapshots.schema.ts';
import { BadInput } from '../../contracts/failure.ts';
import { withExample } from '../example.ts';
import { count } from '../render/figures.ts';
import { diffPage } from '../render/html-diff.ts';
import { profilePage } from '../render/html-profile.ts';
import { renderSnapshotDiff } from '../render/snapshot-diff.ts';
import { renderSnapshotList } from '../render/snapshot-list.ts';
import { renderSnapshot } from '../render/snapshot.ts';
import { renderTouched } from '../render/touched.ts';
import { sessionOf } from '../session.ts';
import type { CliDependencies, Session } from '../session.ts';
import { writeWhole } from '../write-whole.ts';
import { addLabelCommand } from './label.ts';

const ref = 'digest or its first characters; or PIPELINE, PIPELINE@latest, PIPELINE@previous';

export function addDatasetCommand(program: Command, dependencies: CliDependencies): void {
  const dataset = program.command('dataset').description('Immutable dataset versions (snapshots).');
  addList(dataset, dependencies);
  addShow(dataset, dependencies);
  addDiff(dataset, dependencies);
  addLabelCommand(dataset, dependencies);
}

function addList(dataset: Command, dependencies: CliDependencies): void {
  const list = dataset
    .command('list')
    .description('Snapshots, newest first.')
    .option('--pipeline <name>', 'of one pipeline')
    .action(async (options: { pipeline?: string }) => {
      const session = sessionOf(list, dependencies);
      const answer = await session.api.get('/v1/snapshots', snapshotListSchema, options);
      session.print(answer, () => renderSnapshotList(answer, session.terminal.colors));
    });
  withExample(list, 'npx forecastle dataset list --pipeline online-retail');
}

interface ShowOptions {
  readonly html?: string;
  readonly touched?: boolean;
  readonly series?: string;
  readonly rule?: string;
  readonly limit?: number;
}

function addShow(dataset: Command, dependencies: CliDependencies): void {
  const show = dataset
    .command('show')
    .description('One snapshot: sources, columns, gaps, what the rules found, totals over time.')
    .argument('<snapshot>', ref)
    .option('--html <file>', 'write a profile with plots instead: one page that needs nothing else')
    .option('--touched', 'list the cells that cleaning touched in the newest run on it (of the pipeline, where one is named)')
    .option('--series <name>', 'with --touched: of one series')
    .option('--rule <rule>', 'with --touched: of one rule, also no-sale, which is not listed otherwise')
    .option('--limit <n>', 'with --touched: at most so many cells (20)', wholeNumber)
    .action(async (given: string, { html, touched, ...narrowed }: ShowOptions) => {
      const session = sessionOf(show, dependencies);
      const [stray] = Object.keys(narrowed);
      if (touched !== true && stray !== undefined) throw new BadInput(`--${stray} says which touched cells are listed: add --touched`);
      if (touched === true && html !== undefined) throw new BadInput('--html has a section of the touched cells already: leave --touched out');
      const path = `/v1/snapshots/${encodeURIComponent(given)}`;
      if (touched === true) {
        const answer = await session.api.get(`${path}/touched`, touchedSchema, { ...narrowed });
        session.print(answer, () => renderTouched(answer, session.terminal.colors, session.terminal.columns));
        return;
      }
      const detail = await session.api.get(path, snapshotDetailSchema);
      if (html === undefined) {
        session.print(detail, () => renderSnapshot(detail, session.terminal));
        return;
      }
      const cells = detail.cleanedBy === undefined ? undefined : await touchedFor(session, path);
      await writePage(session, html, profilePage({ detail, ...(cells && { touched: cells }) }));
    });
  withExample(show, 'npx forecastle dataset show online-retail@latest --html profile.html');
}

/** So many touched cells stand in the profile itself. */
const cellsInProfile = 50;

async function touchedFor(session: Session, path: string): Promise<TouchedView> {
  return session.api.get(`${path}/touched`, touchedSchema, { limit: cellsInProfile });
}

function addDiff(dataset: Command, dependencies: CliDependencies): void {
  const diff = dataset
    .command('diff')
    .description('What differs between two snapshots: schema, rows, series, distributions (PSI, KS).')
    .argument('<a>', ref)
    .argument('<b>', 'the same')
    .option('--html <file>', 'write it as a page with plots instead')
    .action(async (a: string, b: string, { html }: { html?: string }) => {
      const session = sessionOf(diff, dependencies);
      const answer = await session.api.get(`/v1/snapshots/${encodeURIComponent(a)}/diff/${encodeURIComponent(b)}`, snapshotDiffSchema);
      if (html === undefined) session.print(answer, () => renderSnapshotDiff(answer, session.terminal.colors, session.terminal.columns));
      else await writePage(session, html, diffPage(answer));
    });
  withExample(diff, 'npx forecastle dataset diff online-retail@previous online-retail@latest');
}

async function writePage(session: Session, file: string, page: string): Promise<void> {
  const bytes = await writeWhole('--html', file, [page]);
  session.print({ file, bytes }, () => `${file}: ${count(bytes)} bytes`);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 100_000) throw new InvalidArgumentError('It must be a whole number from 1 to 100000.');
  return value;
}
