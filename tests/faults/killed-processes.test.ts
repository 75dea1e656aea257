import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import type { ServiceName } from '../../config/stack-file.schema.ts';
import { serviceNames } from '../../config/stack-file.schema.ts';
import { packageRoot } from '../../infra/toolchain/paths.ts';
import { forecastle } from '../support/command-line.ts';
import { startTestStack, waitFor } from '../support/stack.ts';

const pipeline = join(packageRoot, 'examples', 'tiny', 'pipeline.yaml');
const workers: readonly ServiceName[] = ['pipeline-worker', 'data-worker', 'embedding-worker', 'training-worker', 'sampler'];
let undisturbed: string;

/** Runs the test pipeline on an empty state folder; `disturb` is called when the search is under way. */
async function candidateOf(kill: readonly ServiceName[]): Promise<string> {
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
    const candidate = /"candidate": ?"([0-9a-f]{64})"/.exec(out)?.[1];
    expect(candidate, out).toBeDefined();
    return candidate ?? '';
  } finally {
    await stack.stop();
  }
}

beforeAll(async () => {
  undisturbed = await candidateOf([]);
});
afterAll(() => {
  expect(undisturbed).not.toBe('');
});

test.each<[string, readonly ServiceName[]]>([
  ['the training worker', ['training-worker']],
  ['every worker at once', workers],
  ['the Temporal server', ['temporal']],
])('killing %s during the search changes nothing of the candidate', async (_name, kill) => {
  expect(await candidateOf(kill)).toBe(undisturbed);
}, 240_000);
