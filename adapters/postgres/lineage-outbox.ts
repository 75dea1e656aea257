import { z } from 'zod';

import type { Sql } from './sql.ts';

/** What became of an event: taken, refused for good, or to be tried again. */
export type Delivery = { readonly kind: 'sent' } | { readonly kind: 'parked' | 'later'; readonly reason: string };

export interface LineageOutbox {
  /** A key that is known already changes nothing, also when its event was sent. */
  add(entry: { readonly key: string; readonly event: object }): Promise<void>;
  /**
   * Hands the oldest waiting event to `send` and records what became of it. One process delivers at a time, so that events go out in their
   * order and none twice; `busy` when another one does.
   */
  deliverNext(send: (event: unknown) => Promise<Delivery>): Promise<Delivery | { readonly kind: 'empty' | 'busy' }>;
  /** How many wait, were sent and are parked. */
  counts(): Promise<{ readonly waiting: number; readonly sent: number; readonly parked: number }>;
  /** Forgets events that were sent more than `days` ago. */
  forgetSent(days: number): Promise<void>;
}

/** Any number, as long as it never changes: whoever delivers holds it. */
const deliveryLock = 4_017_202_612;

const count = z.coerce.number().int();

export function createLineageOutbox(sql: Sql): LineageOutbox {
  return {
    async add({ key, event }) {
      await sql.run('insert into openlineage_outbox (key, event) values ($1, $2) on conflict (key) do nothing', [key, JSON.stringify(event)]);
    },
    deliverNext: (send) =>
      sql.transaction(async (inOne) => {
        const lock = await inOne.maybe(z.object({ held: z.boolean() }), 'select pg_try_advisory_xact_lock($1) as held', [deliveryLock]);
        if (lock?.held !== true) return { kind: 'busy' };
        const next = await inOne.maybe(z.object({ id: count, event: z.unknown() }), 'select id, event from openlineage_outbox where sent_at is null and parked_at is null order by id limit 1');
        if (next === undefined) return { kind: 'empty' };
        const delivery = await send(next.event);
        const reason = delivery.kind === 'sent' ? null : delivery.reason;
        const mark = { sent: 'sent_at = clock_timestamp(),', parked: 'parked_at = clock_timestamp(),', later: '' }[delivery.kind];
        await inOne.run(`update openlineage_outbox set ${mark} attempts = attempts + 1, last_error = $2 where id = $1`, [next.id, reason]);
        return delivery;
      }),
    async counts() {
      const row = await sql.maybe(
        z.object({ waiting: count, sent: count, parked: count }),
        'select count(*) filter (where sent_at is null and parked_at is null) as waiting, count(sent_at) as sent, count(parked_at) as parked from openlineage_outbox',
      );
      return row ?? { waiting: 0, sent: 0, parked: 0 };
    },
    async forgetSent(days) {
      await sql.run(`delete from openlineage_outbox where sent_at < clock_timestamp() - make_interval(days => $1)`, [days]);
    },
  };
}
