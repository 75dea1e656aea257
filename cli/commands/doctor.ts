import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { Command } from 'commander';

import { healthSchema } from '../../contracts/http.schema.ts';
import { stackStatus } from '../../infra/local/status.ts';
import { checkTextModels } from '../../infra/toolchain/check-text-models.ts';
import { toolchainPaths } from '../../infra/toolchain/paths.ts';
import { checkPrerequisites } from '../../infra/toolchain/prerequisites.ts';
import type { Prerequisite } from '../../infra/toolchain/prerequisites.ts';
import { describeError } from '../describe-error.ts';
import { withExample } from '../example.ts';
import { sessionOf } from '../session.ts';
import type { CliDependencies, Session } from '../session.ts';

export function addDoctorCommand(program: Command, dependencies: CliDependencies): void {
  const command = program
    .command('doctor')
    .description('Check the machine, the tools, the models and the servers, with a remedy for what is missing.')
    .action(async () => {
      const session = sessionOf(command, dependencies);
      const checks = [...checkPrerequisites(), ...tools(), ...(await checkTextModels(session.env['FORECASTLE_MODELS'] || toolchainPaths().modelsDir)), pictureModel(session.env), ffmpeg(session.env), ...(await servers(session))];
      session.print({ checks }, () => checks.map((check) => renderCheck(check, session)).join('\n'));
      session.exitWith(checks.every(({ ok, optional }) => ok || optional) ? 0 : 1);
    });
  withExample(command, 'npx forecastle doctor');
}

function renderCheck({ name, ok, optional, found, remedy }: Prerequisite, { terminal: { colors } }: Session): string {
  const symbol = ok ? colors.green('✓') : optional ? colors.yellow('-') : colors.red('✗');
  return `${symbol} ${name.padEnd(18)} ${found}${ok ? '' : `\n  ${' '.repeat(18)} → ${remedy}`}`;
}

function tools(): Prerequisite[] {
  const paths = toolchainPaths();
  const files: readonly (readonly [string, string])[] = [
    ['Temporal', paths.temporal],
    ['SeaweedFS', paths.weed],
    ['LightGBM', paths.lightgbmLibrary],
    ['DuckDB extensions', paths.duckdbExtensionsDir],
    ['PostgreSQL', join(paths.postgresBinDir, 'postgres')],
  ];
  return files.map(([name, file]) => {
    const ok = existsSync(file);
    return {
      name,
      ok,
      optional: false,
      found: ok ? 'installed' : `missing: ${file}`,
      remedy: 'npx forecastle install',
    };
  });
}

function pictureModel(env: Session['env']): Prerequisite {
  const model = 'efficientnet-lite0';
  const folder = join(env['FORECASTLE_MODELS'] || toolchainPaths().modelsDir, model);
  const ok = existsSync(join(folder, 'onnx', 'model.onnx')) && existsSync(join(folder, 'preprocessor_config.json'));
  return {
    name: 'picture model', ok, optional: true, found: ok ? folder : `no ${model} in ${folder}`,
    remedy: 'only pipelines with `embeddings.image` or `embeddings.video` need it: `npx forecastle install`, which builds it from a package of the index that pip is set up for',
  };
}

function ffmpeg(env: Session['env']): Prerequisite {
  const installed = toolchainPaths().ffmpeg;
  const program = env['FORECASTLE_FFMPEG'] || (existsSync(installed) ? installed : 'ffmpeg');
  const version = /^ffmpeg version (\S+)/.exec(spawnSync(program, ['-version'], { encoding: 'utf8' }).stdout ?? '')?.[1];
  return {
    name: 'FFmpeg', ok: version !== undefined, optional: true, found: version ?? `${program} can't be run`,
    remedy: 'only films and sounds other than WAV need it: `npx forecastle install`, or put ffmpeg on the PATH (Debian: apt-get install ffmpeg), or name it in FORECASTLE_FFMPEG',
  };
}

/** What the supervisor says of each service, and what the API says of what it needs. */
async function servers(session: Session): Promise<Prerequisite[]> {
  const stack = stackStatus();
  const isUp = stack.state === 'ready';
  const supervisor: Prerequisite = {
    name: 'stack',
    ok: isUp,
    optional: stack.state === 'down',
    found: stack.state,
    remedy: 'npx forecastle up',
  };
  try {
    const { checks } = await session.connect(undefined).get('/healthz', healthSchema);
    return [
      supervisor,
      ...Object.entries(checks).map(([name, { ok, error }]): Prerequisite => ({
        name: `API → ${name}`,
        ok,
        optional: false,
        found: ok ? 'answers' : (error ?? 'does not answer'),
        remedy: 'npx forecastle status shows what runs; the logs say why',
      })),
    ];
  } catch (error) {
    const { message } = describeError(error);
    return [
      supervisor,
      { name: 'API', ok: false, optional: stack.state === 'down', found: 'does not answer', remedy: message },
    ];
  }
}
