import { migrate } from '../../adapters/postgres/migrate.ts';
import { parseEnvironment } from '../../config/config.schema.ts';
import { ConfigurationError } from '../../config/configuration-error.ts';
import { readStackFile } from '../../config/stack-file.schema.ts';
import type { ServiceName } from '../../config/stack-file.schema.ts';
import type { StateFiles } from '../../config/state-folder.ts';
import { exitCodeOf, PipelineError } from '../../contracts/failure.ts';
import { toolchainDirOf, toolchainPaths } from '../toolchain/paths.ts';
import { checkExternal } from './check-external.ts';
import { claimStateFolder } from './claim-state-folder.ts';
import { stopLeftovers } from './leftovers.ts';
import { tryLock } from './pid-lock.ts';
import { planStack } from './plan-stack.ts';
import { choosePorts } from './ports.ts';
import { identityOf } from './process-identity.ts';
import { loadOrCreateSecrets } from './secrets.ts';
import { StackError } from './stack-error.ts';
import { StackRecorder } from './stack-recorder.ts';
import { checkChoice, isServer, portsOf } from './start-order.ts';
import { Supervisor } from './supervisor.ts';
import { supervisorExitCodes } from './supervisor-exit-codes.ts';

/**
 * Starts the chosen services, keeps them alive until `stop` is aborted, stops them.
 * @returns the exit code of the supervisor's process; what happened stands in stack.json
 */
export async function runStack(options: {
  readonly chosen: readonly ServiceName[];
  readonly files: StateFiles;
  readonly env: NodeJS.ProcessEnv;
  readonly stop: AbortSignal;
  log(line: string): void;
}): Promise<number> {
  const { chosen, files, env, stop, log } = options;
  claimStateFolder(files);
  const held = tryLock(files.lock);
  if ('heldBy' in held) return supervisorExitCodes.alreadyRunning;
  try {
    // Before stack.json is written anew: it alone knows what an earlier supervisor left.
    const before = readStackFile(files.stack);
    const left = before === undefined ? 0 : await stopLeftovers(before);
    if (left > 0) log(`stopped ${left} processes that an earlier supervisor had left`);
    const recorder = new StackRecorder(files.stack, identityOf(process.pid), chosen);
    return await startKeepStop({ chosen, files, env, stop, log, recorder });
  } finally {
    held.release();
  }
}

async function startKeepStop(options: Parameters<typeof runStack>[0] & { readonly recorder: StackRecorder }): Promise<number> {
  const { stop, log, recorder } = options;
  const stopped = new Promise<void>((resolve) => {
    if (stop.aborted) resolve();
    stop.addEventListener('abort', () => resolve(), { once: true });
  });
  let supervisor: Supervisor | undefined;
  try {
    const assembled = await assemble(options);
    supervisor = assembled.supervisor;
    await Promise.race([supervisor.start(assembled.beforeOwn), stopped]);
    if (!stop.aborted) {
      recorder.enter('ready');
      log('ready');
      await stopped;
    }
    recorder.enter('stopping');
    await supervisor.stop();
    recorder.enter('stopped');
    log('stopped');
    return supervisorExitCodes.stopped;
  } catch (error) {
    log(error instanceof Error ? (error.stack ?? error.message) : String(error));
    await supervisor?.stop();
    const isRefusal = error instanceof StackError || error instanceof ConfigurationError || (error instanceof PipelineError && exitCodeOf(error.code) === 2);
    recorder.fail(error instanceof Error ? error.message : String(error), isRefusal);
    return supervisorExitCodes.failed;
  }
}

async function assemble(
  { chosen, files, env, recorder, log }: Parameters<typeof startKeepStop>[0],
): Promise<{ supervisor: Supervisor; beforeOwn(): Promise<void> }> {
  const parsed = parseEnvironment(env);
  checkChoice(chosen);
  const checks = await Promise.all(chosen.filter(isServer).map(async (name) => ({ name, status: await checkExternal(name, parsed) })));
  const external = checks.flatMap(({ name, status }) => (status === undefined ? [] : [{ name, status }]));
  for (const { name, status } of external) recorder.service(name, status);
  const embedded = chosen.filter((name) => !external.some((server) => server.name === name));
  const { ports, notes } = await choosePorts(files.ports, parsed, embedded.flatMap((name) => portsOf[name] ?? []));
  for (const note of notes) log(note);
  recorder.note(...notes);
  const tools = toolchainPaths(toolchainDirOf(env));
  const plan = planStack({ embedded, env, parsed, files, tools, ports, secrets: loadOrCreateSecrets(files.secrets) });
  if (external.some(({ name }) => name === 'postgres')) await plan.prepareDatabases();
  const beforeOwn = (): Promise<void> => migrate(plan.postgresUrl);
  return { supervisor: new Supervisor(plan.definitions, plan.afterReady, files, recorder), beforeOwn };
}
