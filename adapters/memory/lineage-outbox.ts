type Delivery = { readonly kind: 'sent' } | { readonly kind: 'parked' | 'later'; readonly reason: string };

/** Twin of the outbox of lineage events in PostgreSQL. */
export function createMemoryLineageOutbox() {
  const entries = new Map<string, { readonly event: object; state: 'waiting' | 'sent' | 'parked'; sentAt: number }>();
  let isBusy = false;
  const inState = (state: 'waiting' | 'sent' | 'parked') => [...entries.values()].filter((entry) => entry.state === state);
  return {
    async add({ key, event }: { readonly key: string; readonly event: object }): Promise<void> {
      if (!entries.has(key)) entries.set(key, { event: structuredClone(event), state: 'waiting', sentAt: 0 });
    },
    async deliverNext(send: (event: unknown) => Promise<Delivery>): Promise<Delivery | { readonly kind: 'empty' | 'busy' }> {
      if (isBusy) return { kind: 'busy' };
      isBusy = true;
      try {
        const [next] = inState('waiting');
        if (next === undefined) return { kind: 'empty' };
        const delivery = await send(structuredClone(next.event));
        if (delivery.kind !== 'later') Object.assign(next, { state: delivery.kind, sentAt: Date.now() });
        return delivery;
      } finally {
        isBusy = false;
      }
    },
    async counts(): Promise<{ waiting: number; sent: number; parked: number }> {
      return { waiting: inState('waiting').length, sent: inState('sent').length, parked: inState('parked').length };
    },
    async forgetSent(days: number): Promise<void> {
      const limit = Date.now() - days * 86_400_000;
      for (const [key, { state, sentAt }] of entries) if (state === 'sent' && sentAt < limit) entries.delete(key);
    },
  };
}
