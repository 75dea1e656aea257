/** A process to be killed: starts a job that works for ever and prints the child's process id. */
import { runJob } from '../../../../adapters/child-process/run-job.ts';
import type { SampleJob } from './sample.ts';

await runJob<SampleJob, unknown>({
  entry: new URL('./sample.ts', import.meta.url),
  job: { act: 'work for ever' },
  onProgress: ({ note }) => console.log(note),
  signal: new AbortController().signal,
});
