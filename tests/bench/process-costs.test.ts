import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { measured, watchMemory } from '../../bench/process-costs.ts';

const busyScript = 'const used = () => { const { user, system } = process.cpuUsage(); return user + system; }; while (used() < 300000);';

test.skipIf(!existsSync('/proc/self/stat'))('the time of a child process counts (only Linux tells it)', async () => {
  const { cost } = await measured(async () => execFileSync(process.execPath, ['-e', busyScript]));
  expect(cost.cpuSeconds).toBeGreaterThan(0.25);
  expect(cost.seconds).toBeGreaterThan(0);
});

test('peak memory is at least what this process holds', () => {
  const watch = watchMemory();
  watch.stop();
  expect(watch.peakMiB()).toBeGreaterThan(20);
});
