import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';

import type { ServiceName } from '../../config/stack-file.schema.ts';
import { serviceNames } from '../../config/stack-file.schema.ts';
import { candidateListSchema, runDetailSchema, runListSchema } from '../../contracts/http.schema.ts';
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

/** The search of trees in the latest run, whose trials are what a kill shall hit; undefined while there is no run. */
async function searchIn(stateDir: string): Promise<{ readonly status: string } | undefined> {
  const { runs } = runListSchema.parse(JSON.parse((await forecastle(stateDir, 'runs', 'list', '--json')).out));
  if (runs[0] === undefined) return undefined;
  const shown = await forecastle(stateDir, 'runs', 'show', runs[0].runId, '--json');
  return runDetailSchema.parse(JSON.parse(shown.out)).steps.find(({ step }) => step === 'search:lightgbm');
}

/** Runs the test pipeline on an empty state folder; the processes are killed when the search is under way. */
async function madeDespite(kill: readonly ServiceName[]): Promise<Made> {
  const stack = await startTestStack({ services: serviceNames });
  try {
    const running = forecastle(stack.stateDir, 'run', pipeline, '--wait', '--json');
    if (kill.length > 0) {
      await waitFor(async () => {
        const state = await searchIn(stack.stateDir);
        expect(state?.status, 'the search was over before anything was killed').not.toBe('done');
        return state?.status === 'running' ? state : undefined;
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
