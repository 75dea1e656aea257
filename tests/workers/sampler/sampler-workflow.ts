import { proxyActivities } from '@temporalio/workflow';

import type { AskInput, AskResult, PruneInput, PruneResult, SamplerActivities, TellInput } from '../../../contracts/modelling.ts';

const sampler = proxyActivities<SamplerActivities>({
  taskQueue: 'sampler',
  startToCloseTimeout: '5s',
  retry: { initialInterval: '200ms', maximumInterval: '1s' },
});

export const askSampler = (input: AskInput): Promise<AskResult> => sampler.ask(input);
export const tellSampler = (input: TellInput): Promise<{ readonly told: number }> => sampler.tell(input);
export const pruneSampler = (input: PruneInput): Promise<PruneResult> => sampler.prune(input);
