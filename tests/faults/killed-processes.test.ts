import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';

import type { ServiceName } from '../../config/stack-file.schema.ts';
import { serviceNames } from '../../config/stack-file.schema.ts';
import { candidateListSchema } from '../../contracts/http.schema.ts';
import { packageRoot } from '../../infra/toolchain/paths.ts';
import { forecastle } from '../support/command-line.ts';
import { startTestStack, waitFor } from '../support/stack.ts';

const pipeline = join(packageRoot, 'examples', 'tiny', 'pipeline.yaml');
const workers: readonly ServiceName[] = ['pipeline-worker', 'data-worker', 'embedding-worker', 'training-worker', 'sampler'];
/** What two runs must have in common: the model and, byte for byte, its forecasts. */
interface Made {
  readonly candidate: string;
  readonly forecasts: string;
}
let undisturbed: Made;

/** Runs the test pipeline on an empty state folder; the processes are killed when the search is under way. */
async function madeDespite(kill: readonly ServiceName[]): Promise<Made> {
  const stack = await startTestStack({ services: serviceNames });
  try {
    const running = forecastle(stack.stateDir, 'run', pipeline, '--wait', '--json');
    if (kill.length > 0) {
      await waitFor(async () => {
        const { out } = await forecastle(stack.stateDir, 'runs', 'list', '--json');
        const runId = /"runId": ?"([^"]+)"/.exec(out)?.[1];
        if (runId === undefined) return undefined;
        const shown = await forecastle(stack.stateDir, 'runs', 'show', runId, '--json');
        return /"search:lightgbm"/.test(shown.out) ? true : undefined;
      });
      await Promise.all(kill.map((name) => stack.killAndWait(name)));
    }
    const { code, out, err } = await running;
    expect(code, `${out}\n${err}`).toBe(0);
    const listed = await forecastle(stack.stateDir, 'candidates', 'list', 'tiny', '--json');
    const { candidates } = candidateListSchema.parse(JSON.parse(listed.out));
    expect(candidates).toHaveLength(1);
    return { candidate: candidates[0]?.digest ?? '', forecasts: candidates[0]?.forecasts.sha256 ?? '' };
  } finally {
    await stack.stop();
  }
}

beforeAll(async () => {
  undisturbed = await madeDespite([]);
});
test.each<[string, readonly ServiceName[]]>([
  ['the training worker', ['training-worker']],
  ['every worker at once', workers],
  ['the Temporal server', ['temporal']],
])('killing %s during the search changes nothing of the candidate and no byte of its forecasts', async (_name, kill) => {
  expect(await madeDespite(kill)).toEqual(undisturbed);
}, 240_000);
