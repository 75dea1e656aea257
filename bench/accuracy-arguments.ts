import { parseArgs } from 'node:util';

import { BadInput } from '../contracts/failure.ts';
import { type P2Input, p2Inputs } from './run-pipeline.ts';

export interface AccuracyArguments {
  /** Folder of data sets; this repository's own copy without it. */
  readonly data: string | undefined;
  readonly input: P2Input;
  /** Folder that training files and forecasts are left in. */
  readonly keep: string | undefined;
}

/** The command line of `npm run bench:accuracy`. @throws BadInput for what it does not know */
export function readArguments(): AccuracyArguments {
  const { positionals, values } = parsedArguments();
  const input = p2Inputs.find((name) => name === (values.input ?? 'weeks'));
  if (input === undefined) throw new BadInput(`--input ${String(values.input)}: say ${p2Inputs.join(' or ')}`);
  return { data: positionals[0], input, keep: values.keep };
}

function parsedArguments() {
  try {
    return parseArgs({ allowPositionals: true, options: { input: { type: 'string' }, keep: { type: 'string' } } });
  } catch (error) {
    throw new BadInput(`${error instanceof Error ? error.message : String(error)} (known are [DATA], --input weeks|lines, --keep FOLDER)`, { cause: error });
  }
}
