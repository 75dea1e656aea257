import type { ServiceName } from '../../config/stack-file.schema.ts';

/** How a process is started. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly uid?: number;
  readonly gid?: number;
}

/** One process of the stack, as data and a few functions; what keeps it alive is `SupervisedProcess`. */
export interface ServiceDefinition {
  readonly name: ServiceName;
  readonly port?: number;
  readonly url?: string;
  readonly uiUrl?: string;
  /** Called before each start, so also before a restart: makes folders, removes what a killed process left. */
  prepare?(signal: AbortSignal): Promise<void>;
  readonly command: Command;
  /** One look; throws or rejects while it isn't ready. Called until it resolves. */
  probe(signal: AbortSignal): Promise<void>;
  readonly startTimeoutSeconds: number;
  readonly stop: {
    readonly signal: NodeJS.Signals;
    /** Then SIGKILL. */
    readonly graceSeconds: number;
  };
}
