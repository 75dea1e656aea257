import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';

import {
  cancelledRunSchema,
  runDetailSchema,
  runListSchema,
  runStatusSchema,
  runValidationSchema,
  startedRunSchema,
} from '../../contracts/http.schema.ts';
import type { RunDetail, RunValidationView } from '../../contracts/http.schema.ts';
import { withExample } from '../example.ts';
import { followRun } from '../follow-run.ts';
import { renderDag } from '../render/dag.ts';
import { minute } from '../render/figures.ts';
import { renderResult } from '../render/result.ts';
import { renderPairs, renderTable } from '../render/table.ts';
import { renderValidation } from '../render/validation.ts';
import { requireActor, sessionOf } from '../session.ts';
import type { CliDependencies, Session } from '../session.ts';
import { leaveRunning } from './run.ts';

export function addRunsCommand(program: Command, dependencies: CliDependencies): void {
  const runs = program.command('runs').description('Executions of pipelines.');
  addList(runs, dependencies);
  addShow(runs, dependencies);
  addCancel(runs, dependencies);
  addRetry(runs, dependencies);
}

/** For options that count something. */
export function parseCount(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number, 1 or more.');
  return value;
}

function addList(runs: Command, dependencies: CliDependencies): void {
  const command = runs
    .command('list')
    .description('The latest runs, newest first.')
    .option('--pipeline <name>', 'of one pipeline')
    .option('--status <status>', runStatusSchema.options.join(', '))
    .option('--limit <n>', 'at most so many', parseCount, 20)
    .action(async (options: { pipeline?: string; status?: string; limit: number }) => {
      const session = sessionOf(command, dependencies);
      const { colors } = session.terminal;
      const answer = await session.api.get('/v1/runs', runListSchema, options);
      session.print(answer, () =>
        answer.runs.length === 0
          ? 'no runs yet: npx forecastle run PIPELINE.yaml'
          : renderTable(
              [
                { title: 'run', max: 24 },
                { title: 'pipeline', max: 20 },
                { title: 'status' },
                { title: 'requested (UTC)' },
                { title: 'by', max: 14 },
              ],
              answer.runs.map((run) => [run.runId, run.pipeline, run.status, minute(run.requestedAt), run.actor]),
              colors,
            ),
      );
    });
  withExample(command, 'npx forecastle runs list --pipeline online-retail');
}

function addShow(runs: Command, dependencies: CliDependencies): void {
  const command = runs
    .command('show')
    .description('One run: its steps, its result or its failure.')
    .argument('<run>', 'run id')
    .option('--follow', 'show every step until the run ends')
    .action(async (runId: string, options: { follow?: boolean }) => {
      const session = sessionOf(command, dependencies);
      if (options.follow === true) return follow(session, runId);
      const path = `/v1/runs/${encodeURIComponent(runId)}`;
      const detail = await session.api.get(path, runDetailSchema);
      const validation = await session.api.get(`${path}/validation`, runValidationSchema);
      return session.print({ ...detail, validation }, () => renderRun(detail, validation, session));
    });
  withExample(command, 'npx forecastle runs show 20251124-081502-3f9a1c --follow');
}

function renderRun({ run, steps, result }: RunDetail, validation: RunValidationView, session: Session): string {
  const { colors, columns } = session.terminal;
  const pairs: [string, string][] = [
    ['run', `${run.runId}, ${run.status}`],
    ['pipeline', run.pipeline],
    ['requested', `${minute(run.requestedAt)} UTC by ${run.actor}`],
  ];
  if (run.error) pairs.push([run.code ?? 'error', run.error]);
  const parts = [renderPairs(pairs, colors), renderDag(steps, columns, colors)];
  if (validation.results.length > 0) parts.push(renderValidation(validation, colors, columns));
  if (result !== undefined) parts.push(renderResult(result, session.addresses(), colors));
  return parts.join('\n\n');
}

async function follow(session: Session, runId: string): Promise<void> {
  const ended = await followRun(session, runId, { api: session.api, signal: session.interruption(), draws: true });
  if (ended === undefined) leaveRunning(session, runId);
}

function addCancel(runs: Command, dependencies: CliDependencies): void {
  const command = runs
    .command('cancel')
    .description('Ask a run to stop; what it finished stays cached.')
    .argument('<run>', 'run id')
    .action(async (runId: string) => {
      const session = sessionOf(command, dependencies);
      requireActor(session);
      const answer = await session.api.post(`/v1/runs/${encodeURIComponent(runId)}/cancel`, cancelledRunSchema);
      session.print(answer, () => `run ${answer.runId} was asked to stop`);
    });
  withExample(command, 'npx forecastle runs cancel 20251124-081502-3f9a1c --as ana');
}

function addRetry(runs: Command, dependencies: CliDependencies): void {
  const command = runs
    .command('retry')
    .description('Start the same pipeline again; finished steps come from the cache, so it resumes at the failed one.')
    .argument('<run>', 'run id')
    .option('--follow', 'show it until it ends')
    .action(async (runId: string, options: { follow?: boolean }) => {
      const session = sessionOf(command, dependencies);
      requireActor(session);
      const started = await session.api.post(`/v1/runs/${encodeURIComponent(runId)}/retry`, startedRunSchema);
      if (options.follow === true) return follow(session, started.runId);
      return session.print(
        started,
        () => `run ${started.runId} repeats ${runId}\nto follow: npx forecastle runs show ${started.runId} --follow`,
      );
    });
  withExample(command, 'npx forecastle runs retry 20251124-081502-3f9a1c --as ana --follow');
}
