import type { Champion } from '../../contracts/governance.ts';
import { expectLater, promotionOf } from '../governance-rules.ts';
import type { MemoryAudit } from './audit.ts';

/** Twin of the champions in PostgreSQL. */
export function createMemoryChampions(audit: Pick<MemoryAudit, 'append'>) {
  const all: Champion[] = [];
  /** Newest first: each began after the one before. */
  const of = (pipeline: string): Champion[] => all.filter((champion) => champion.pipeline === pipeline).reverse();
  return {
    async set(champion: Champion): Promise<void> {
      if (all.some(({ proposalId }) => proposalId === champion.proposalId)) return;
      expectLater(of(champion.pipeline)[0], champion);
      all.push({ ...champion, since: new Date(champion.since).toISOString() });
      await audit.append(promotionOf(champion));
    },
    async at(pipeline: string, time?: string): Promise<Champion | undefined> {
      return of(pipeline).find(({ since }) => time === undefined || Date.parse(since) <= Date.parse(time));
    },
    async history(pipeline: string): Promise<Champion[]> {
      return of(pipeline);
    },
  };
}
