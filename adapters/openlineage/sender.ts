import { setTimeout as sleep } from 'node:timers/promises';
import type { Delivery } from './post-event.ts';

export interface SenderDeps {
  readonly outbox: {
    /** Hands the oldest waiting event to `send` and records what became of it; one process at a time. */
    deliverNext(send: (event: unknown) => Promise<Delivery>): Promise<Delivery | { readonly kind: 'empty' | 'busy' }>;
    forgetSent(days: number): Promise<void>;
  };
  readonly post: (event: unknown, signal: AbortSignal) => Promise<Delivery>;
  /** One line for the log; once per outage and per parked event. */
  readonly report: (line: string) => void;
  readonly idleMs?: number;
  readonly retryMs?: { readonly first: number; readonly longest: number };
}

export interface Sender {
  /** Lets the event in progress end, or breaks it off; it stays in the outbox then. */
  stop(): Promise<void>;
}

/** Sent events are kept so long, so that a step which is repeated does not send its events again. */
const keptDays = 30;
const forgetEveryMs = 3_600_000;

/**
 * Sends what is in the outbox, in order, until it is stopped. An endpoint that is down is asked again ever more rarely, for as long as it
 * takes; nothing leaves the outbox before the endpoint has taken it. Should this process die between the endpoint's answer and the record of
 * it, that one event is sent again; its run, type and time are the same, by which receivers know it.
 */
export function startSender({ outbox, post, report, idleMs = 1_000, retryMs = { first: 1_000, longest: 60_000 } }: SenderDeps): Sender {
  const stopping = new AbortController();
  const { signal } = stopping;
  const pause = (ms: number): Promise<unknown> => sleep(ms, undefined, { signal }).catch(() => undefined);

  async function work(): Promise<void> {
    let failures = 0;
    let forgottenAt = 0;
    while (!signal.aborted) {
      const outcome = await step();
      if (outcome.kind === 'sent' || outcome.kind === 'parked' || outcome.kind === 'empty') {
        if (failures > 0) report('lineage events are sent again');
        failures = 0;
      }
      if (outcome.kind === 'parked') report(`a lineage event was refused and is kept aside: ${outcome.reason}`);
      if (outcome.kind === 'later') {
        if (failures === 0 && !signal.aborted) report(`lineage events wait: ${outcome.reason}`);
        await pause(('afterMs' in outcome ? outcome.afterMs : undefined) ?? Math.min(retryMs.longest, retryMs.first * 2 ** Math.min(failures, 16)));
        failures += 1;
      }
      if (outcome.kind === 'empty' || outcome.kind === 'busy') {
        if (Date.now() - forgottenAt > forgetEveryMs) {
          forgottenAt = Date.now();
          await outbox.forgetSent(keptDays).catch((error: unknown) => report(`sent lineage events could not be cleared away: ${String(error)}`));
        }
        await pause(idleMs);
      }
    }
  }

  /** The database may be away as well as the endpoint. */
  async function step(): Promise<Delivery | { readonly kind: 'empty' | 'busy' }> {
    try {
      return await outbox.deliverNext((event) => post(event, signal));
    } catch (error) {
      return { kind: 'later', reason: error instanceof Error ? error.message : String(error) };
    }
  }

  const running = work();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
