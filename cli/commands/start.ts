import { join } from 'node:path';

import type { Command } from 'commander';

import { startedRunSchema } from '../../contracts/http.schema.ts';
import { down } from '../../infra/local/down.ts';
import { up } from '../../infra/local/up.ts';
import { installToolchain } from '../../infra/toolchain/install.ts';
import { packageRoot } from '../../infra/toolchain/paths.ts';
import { createInstallReporter } from '../../infra/toolchain/progress-lines.ts';
import { describeError } from '../describe-error.ts';
import { withExample } from '../example.ts';
import { followRun } from '../follow-run.ts';
import { readPipelineFile } from '../pipeline-file.ts';
import { addressPairs } from '../render/result.ts';
import { renderPairs } from '../render/table.ts';
import { sessionOf } from '../session.ts';
import type { CliDependencies, Session } from '../session.ts';
import { showProgress } from './up.ts';

/** The example is started by a program; its proposal can therefore be approved by any person. */
const starter = 'system:start';

export function addStartCommand(program: Command, dependencies: CliDependencies): void {
  const command = program
    .command('start')
    .description(
      'Install, start and retrain the example; stay up until Ctrl-C, which stops everything. This is what `npm start` does.',
    )
    .option('--exit', 'stop everything once the example has ended')
    .action(async (options: { exit?: boolean }) => start(sessionOf(command, dependencies), options.exit === true));
  withExample(command, 'npm start -- --exit');
}

async function start(session: Session, exits: boolean): Promise<void> {
  const signal = session.interruption();
  const say = (line: string): void => session.terminal.err(`${line}\n`);
  let comesUp = false;
  try {
    await installToolchain({ onProgress: createInstallReporter(process.stderr), signal });
    comesUp = true;
    await up({ signal, onProgress: (progress) => showProgress(session, progress) });
    const hasEnded = await runExample(session, signal);
    if (hasEnded && !exits) {
      say('everything stays up; Ctrl-C stops it');
      await aborted(signal);
    }
    if (!hasEnded) session.exitWith(130);
  } catch (error) {
    if (!signal.aborted) throw error;
    session.exitWith(130); // what stopped half-way did so because it was asked to
  } finally {
    if (comesUp) {
      say('stopping …');
      await down();
      say('everything is down; the data stay (`npx forecastle reset` removes them)');
    }
  }
}

/** @returns false when it was interrupted */
async function runExample(session: Session, signal: AbortSignal): Promise<boolean> {
  const api = session.connect(starter);
  const { pipeline, baseFolder } = readPipelineFile(join(packageRoot, 'examples', 'online-retail', 'pipeline.yaml'));
  const { runId } = await api.post('/v1/runs', startedRunSchema, { pipeline, baseFolder });
  if (!session.json) session.terminal.out(`\nrun ${runId} of ${pipeline.name}\n`);
  try {
    const measures = pipeline.evaluate.metrics;
    return (await followRun(session, runId, { api, signal, draws: true, measures })) !== undefined;
  } catch (error) {
    // The stack stays: its user interfaces show what went wrong.
    const { message, exit } = describeError(error);
    session.exitWith(exit);
    session.terminal.err(
      `forecastle: ${message}\n${renderPairs(addressPairs(session.addresses()), session.terminal.colors)}\n`,
    );
    return true;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    // A listener alone does not keep a process alive.
    const keepAlive = setInterval(() => undefined, 60_000);
    signal.addEventListener(
      'abort',
      () => {
        clearInterval(keepAlive);
        resolve();
      },
      { once: true },
    );
  });
}
