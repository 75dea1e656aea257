import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';

import { startedRunSchema } from '../../contracts/http.schema.ts';
import type { RunDetail } from '../../contracts/http.schema.ts';
import { withExample } from '../example.ts';
import { followRun } from '../follow-run.ts';
import { readPipelineFile } from '../pipeline-file.ts';
import { RunFailed } from '../run-failed.ts';
import { requireActor, sessionOf } from '../session.ts';
import type { CliDependencies, Session } from '../session.ts';
import { watchRun } from '../watch-run.ts';

interface RunOptions {
  readonly cutoff?: string;
  readonly seed?: number;
  readonly wait?: boolean;
  readonly follow?: boolean;
}

export function addRunCommand(program: Command, dependencies: CliDependencies): void {
  const command = program
    .command('run')
    .description('Retrain a pipeline. Ends once the data were accepted, unless told to wait.')
    .argument('<file>', 'pipeline file')
    .option('--cutoff <date>', 'use no data after this day', parseDay)
    .option('--seed <n>', 'instead of the seed in the file', parseSeed)
    .option('--wait', 'end when the run ends')
    .option('--follow', 'show every step until the run ends')
    .action(async (file: string, options: RunOptions) => run(sessionOf(command, dependencies), file, options));
  withExample(command, 'npx forecastle run examples/online-retail/pipeline.yaml --as ana --follow');
}

async function run(session: Session, file: string, { cutoff, seed, wait, follow }: RunOptions): Promise<void> {
  const { pipeline, baseFolder } = readPipelineFile(file);
  requireActor(session);
  const { api, terminal } = session;
  const started = await api.post('/v1/runs', startedRunSchema, { pipeline, baseFolder, cutoff, seed });
  const signal = session.interruption();
  const { runId } = started;
  if (!session.json) terminal.out(`run ${runId} of ${pipeline.name}\n`);
  if (wait === true || follow === true) {
    const ended = await followRun(session, runId, {
      api,
      signal,
      draws: follow === true,
      measures: pipeline.evaluate.metrics,
    });
    if (ended === undefined) leaveRunning(session, runId);
    return;
  }
  const detail = await watchRun(api, runId, { signal, isEnough: hasAcceptedData });
  if (detail === undefined) return leaveRunning(session, runId);
  if (detail.run.status === 'failed' || detail.run.status === 'cancelled') throw new RunFailed(detail);
  const note = stepNote(detail);
  session.print(
    { ...started, ...(note !== undefined && { accepted: note }) },
    () =>
      `data accepted${note === undefined ? '' : `: ${note}`}\nto follow: npx forecastle runs show ${runId} --follow`,
  );
}

/** Ctrl-C ends the looking, never the run. */
export function leaveRunning(session: Session, runId: string): void {
  session.terminal.err(
    `\nrun ${runId} goes on; to follow: npx forecastle runs show ${runId} --follow, to stop: npx forecastle runs cancel ${runId}\n`,
  );
  session.exitWith(130);
}

function hasAcceptedData({ steps }: RunDetail): boolean {
  return steps.some(({ step, status }) => step === 'ingest' && (status === 'done' || status === 'cached'));
}

function stepNote({ steps }: RunDetail): string | undefined {
  return steps.find(({ step }) => step === 'ingest')?.note;
}

/** For options that name a day. */
export function parseDay(text: string): string {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) === true;
  if (!isDay) throw new InvalidArgumentError('It must be a day such as 2011-11-07.');
  return text;
}

function parseSeed(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 2_147_483_646)
    throw new InvalidArgumentError('It must be a whole number from 1 to 2147483646.');
  return value;
}
