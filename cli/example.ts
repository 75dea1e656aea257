import type { Command } from 'commander';

const examples = new WeakMap<Command, string>();

/** Gives a command the example that its help and the reference show. */
export function withExample(command: Command, example: string): Command {
  examples.set(command, example);
  return command;
}

export function exampleOf(command: Command): string | undefined {
  return examples.get(command);
}
