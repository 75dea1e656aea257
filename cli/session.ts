import type { Command } from 'commander';

import { BadInput } from '../contracts/failure.ts';
import type { ApiClient } from './api-client.ts';
import type { Addresses } from './stack-addresses.ts';
import type { Terminal } from './terminal.ts';

/** What main hands to the commands. */
export interface CliDependencies {
  readonly terminal: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The API that the environment or the running stack names; made on first need, so that local commands work without one. */
  connect(actor: string | undefined): ApiClient;
  addresses(): Addresses;
  /** Aborted at the first Ctrl-C. Only for commands that end by it: from then on Ctrl-C does nothing else. */
  interruption(): AbortSignal;
  /** Sets the exit code of a command that ends without an error. */
  exitWith(code: number): void;
}

/** One invocation: the dependencies and the global options. */
export interface Session extends CliDependencies {
  readonly json: boolean;
  readonly api: ApiClient;
  /** Who acts, from `--as` or FORECASTLE_USER; undefined when neither says. */
  readonly actor: string | undefined;
  /** The machine's form with `--json`, the person's otherwise. */
  print(value: unknown, human: () => string): void;
}

export function sessionOf(command: Command, dependencies: CliDependencies): Session {
  const globals: { json?: boolean; as?: string } = command.optsWithGlobals();
  const json = globals.json === true;
  const actor = (globals.as ?? dependencies.env['FORECASTLE_USER'])?.trim() || undefined;
  let client: ApiClient | undefined;
  return {
    ...dependencies,
    json,
    actor,
    get api() {
      return (client ??= dependencies.connect(actor));
    },
    print(value, human) {
      dependencies.terminal.out(json ? `${JSON.stringify(value)}\n` : `${human().replace(/\s*$/, '')}\n`);
    },
  };
}

/** @throws BadInput when nobody said who acts */
export function requireActor(session: Session): string {
  if (session.actor !== undefined) return session.actor;
  throw new BadInput('who acts? Add --as NAME, or set FORECASTLE_USER');
}
