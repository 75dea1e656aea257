import { randomUUID } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import type { Database } from '../../../adapters/postgres/database.ts';
import type { Champion } from '../../../contracts/governance.ts';
import { championOf, decisionOf, proposalOf } from './governance-fixtures.ts';

const fresh = (): string => randomUUID();

/** Who proposed, decided and put into production, and that the record says so. */
export function describeGovernance(name: string, get: () => Pick<Database, 'proposals' | 'champions' | 'audit'>): void {
  describe(`proposals in ${name}`, () => {
    const at = '2026-03-02T06:00:00.000Z';

    test('a candidate is proposed once', async () => {
      const { proposals } = get();
      const pipeline = `p-${fresh()}`;
      const proposal = proposalOf(pipeline, 'a');
      expect(await proposals.open(proposal)).toEqual({ proposal, created: true });
      expect(await proposals.open({ ...proposal, id: 'another', proposedAt: at })).toEqual({
        proposal,
        created: false,
      });
      expect(await proposals.list({ pipeline })).toEqual([proposal]);
      expect(await proposals.get(proposal.id)).toEqual(proposal);
      expect(await proposals.get(proposal.id.slice(0, 22))).toEqual(proposal);
      expect(await proposals.get('no such')).toBeUndefined();
    });

    test('a candidate is proposed again when nobody decided in time or when the gates are others, but not once it is decided', async () => {
      const { proposals } = get();
      const pipeline = `p-${fresh()}`;
      const proposal = proposalOf(pipeline, 'a');
      const again = async (id: string, changes: Partial<typeof proposal> = {}) => {
        const { created } = await proposals.open({ ...proposal, ...changes, id: `${proposal.id}-${id}`, proposedAt: at });
        return created;
      };
      await proposals.open(proposal);
      expect(await again('same')).toBe(false);
      await proposals.close({ proposalId: proposal.id, status: 'expired', at, reason: 'nobody decided' });
      expect(await again('late')).toBe(true);
      const stricter = proposal.gates.map((gate) => ({ ...gate, threshold: gate.threshold + 1, holds: false }));
      expect(await again('strict', { gates: stricter, status: 'blocked' })).toBe(true);
      expect(await again('strict too', { gates: stricter, status: 'blocked' })).toBe(false);
      expect(await again('lenient')).toBe(true);
      const statuses = Object.fromEntries((await proposals.list({ pipeline })).map(({ id, status }) => [id.slice(proposal.id.length), status]));
      expect(statuses).toEqual({ '': 'expired', '-late': 'superseded', '-strict': 'blocked', '-lenient': 'open' });
      const decision = { proposalId: `${proposal.id}-lenient`, verdict: 'reject', reason: 'too low', actor: 'ana', evidence: proposal.evidence } as const;
      await proposals.decide({ decision, status: 'rejected', at });
      expect(await again('decided', { gates: stricter })).toBe(false);
    });

    test.each(['evidence', 'quorum'] as const)('a candidate is proposed again, in place of the one that is open, when the %s is another', async (what) => {
      const { proposals } = get();
      const pipeline = `p-${fresh()}`;
      const proposal = proposalOf(pipeline, 'a');
      const changed = what === 'quorum' ? { quorum: 2 } : { evidence: { ...proposal.evidence, metrics: 'measured again' } };
      await proposals.open(proposal);
      expect(await proposals.open({ ...proposal, ...changed, id: `${proposal.id}-2`, proposedAt: at })).toMatchObject({ created: true, proposal: changed });
      expect(await proposals.open({ ...proposal, ...changed, id: `${proposal.id}-3`, proposedAt: at })).toMatchObject({ created: false, proposal: { id: `${proposal.id}-2` } });
      expect((await proposals.list({ pipeline })).map(({ status }) => status)).toEqual(['open', 'superseded']);
    });

    test('what blocks a candidate again closes the open proposal that came between', async () => {
      const { proposals } = get();
      const pipeline = `p-${fresh()}`;
      const proposal = proposalOf(pipeline, 'a', { status: 'blocked' });
      await proposals.open(proposal);
      await proposals.open({ ...proposal, id: `${proposal.id}-2`, status: 'open', evidence: { ...proposal.evidence, metrics: 'better' }, proposedAt: at });
      expect(await proposals.open({ ...proposal, id: `${proposal.id}-3`, proposedAt: '2026-03-02T07:00:00.000Z' })).toMatchObject({ created: true });
      expect((await proposals.list({ pipeline })).map(({ status }) => status)).toEqual(['blocked', 'superseded', 'blocked']);
    });

    test('an open proposal whose time is over, though nobody has closed it yet, answers for no new one', async () => {
      const { proposals } = get();
      const pipeline = `p-${fresh()}`;
      const proposal = proposalOf(pipeline, 'a');
      await proposals.open(proposal);
      expect(await proposals.open({ ...proposal, id: `${proposal.id}-2`, proposedAt: proposal.expiresAt, expiresAt: '2026-03-09T05:00:00.000Z' })).toMatchObject({ created: true });
      expect((await proposals.list({ pipeline })).map(({ status }) => status)).toEqual(['open', 'superseded']);
    });

    test('a new proposal supersedes the older open one of its pipeline, and of no other', async () => {
      const { proposals } = get();
      const [pipeline, other] = [`p-${fresh()}`, `p-${fresh()}`];
      await proposals.open(proposalOf(other, 'a'));
      await proposals.open(proposalOf(pipeline, 'a'));
      await proposals.open(proposalOf(pipeline, 'b', { proposedAt: at }));
      expect((await proposals.list({ pipeline })).map(({ status }) => status)).toEqual(['open', 'superseded']);
      expect(await proposals.list({ pipeline: other, status: 'open' })).toHaveLength(1);
      await expect(proposals.get('proposal-')).rejects.toMatchObject({ code: 'BadInput' });
    });

    test('a decision is stored once, in the order of decisions, and moves the status', async () => {
      const { proposals } = get();
      const pipeline = `p-${fresh()}`;
      const { id: proposalId, evidence } = (await proposals.open(proposalOf(pipeline, 'a', { quorum: 2 }))).proposal;
      const ana = {
        proposalId,
        verdict: 'approve',
        reason: 'better on every segment',
        actor: 'ana',
        evidence,
      } as const;
      const ben = { ...ana, actor: 'ben', reason: '同意' };
      await proposals.decide({ decision: ana, status: 'open', at });
      await proposals.decide({ decision: ben, status: 'approved', at });
      await proposals.decide({ decision: ben, status: 'approved', at });
      expect(await proposals.get(proposalId)).toMatchObject({ status: 'approved', decisions: [ana, ben] });
      await expect(
        proposals.decide({ decision: { ...ana, proposalId: 'no such' }, status: 'approved', at }),
      ).rejects.toMatchObject({ code: 'NotFound' });
    });

    test('only an open proposal is closed, and a closed one stays as it was closed', async () => {
      const { proposals, audit } = get();
      const { id: proposalId } = (await proposals.open(proposalOf(`p-${fresh()}`, 'a'))).proposal;
      const closing = { proposalId, status: 'expired', at, reason: 'nobody answered in 72 h' } as const;
      await proposals.close(closing);
      await proposals.close({ ...closing, status: 'superseded' });
      expect((await proposals.get(proposalId))?.status).toBe('expired');
      expect((await audit.list({ subject: proposalId })).map(({ action }) => action)).toEqual(['propose', 'expired']);
    });

    test('closing a proposal that was never made is refused', async () => {
      const closing = { proposalId: 'no such', status: 'expired', at, reason: 'nobody answered' } as const;
      await expect(get().proposals.close(closing)).rejects.toMatchObject({
        code: 'NotFound',
        message: expect.stringContaining('no such'),
      });
    });

    test.each(['expired', 'superseded', 'rejected', 'approved'] as const)(
      'no decision is taken on a proposal that is %s',
      async (status) => {
        const { proposals, audit } = get();
        const { proposal } = await proposals.open(proposalOf(`p-${fresh()}`, 'a'));
        await proposals.close({ proposalId: proposal.id, status, at, reason: 'closed' });
        const late = decisionOf(proposal, 'ben');
        await expect(proposals.decide({ decision: late, status: 'approved', at })).rejects.toMatchObject({
          code: 'DecisionRefused',
          retryable: false,
          message: expect.stringContaining(`${proposal.id} is ${status}`),
        });
        expect(await proposals.get(proposal.id)).toMatchObject({ status, decisions: [] });
        expect((await audit.list({ subject: proposal.id })).map(({ action }) => action)).toEqual(['propose', status]);
      },
    );

    test('one person decides once on a proposal', async () => {
      const { proposals } = get();
      const { proposal } = await proposals.open(proposalOf(`p-${fresh()}`, 'a', { quorum: 2 }));
      await proposals.decide({ decision: decisionOf(proposal, 'ana'), status: 'open', at });
      for (const changed of [{ verdict: 'reject' }, { reason: 'on second thoughts' }] as const) {
        const decision = { ...decisionOf(proposal, 'ana'), ...changed };
        await expect(proposals.decide({ decision, status: 'rejected', at })).rejects.toMatchObject({
          code: 'DecisionRefused',
        });
      }
      expect(await proposals.get(proposal.id)).toMatchObject({
        status: 'open',
        decisions: [decisionOf(proposal, 'ana')],
      });
    });

    test('an approval given again in other words changes nothing once it closed the proposal', async () => {
      const { proposals, audit } = get();
      const { proposal } = await proposals.open(proposalOf(`p-${fresh()}`, 'a'));
      const decision = decisionOf(proposal, 'ana');
      await proposals.decide({ decision, status: 'approved', at });
      await proposals.decide({
        decision: { ...decision, reason: 'the promotion failed, again please' },
        status: 'approved',
        at,
      });
      expect((await proposals.get(proposal.id))?.decisions).toEqual([decision]);
      expect((await audit.list({ subject: proposal.id })).map(({ action }) => action)).toEqual(['propose', 'approve']);
    });

    test('of a decision and an expiry at one moment, one is taken and the other finds the proposal closed', async () => {
      const { proposals, audit } = get();
      for (let round = 0; round < 5; round++) {
        const { proposal } = await proposals.open(proposalOf(`p-${fresh()}`, 'a'));
        const [decided] = await Promise.allSettled([
          proposals.decide({ decision: decisionOf(proposal, 'ana'), status: 'approved', at }),
          proposals.close({ proposalId: proposal.id, status: 'expired', at, reason: 'nobody answered' }),
        ]);
        const actions = (await audit.list({ subject: proposal.id })).map(({ action }) => action);
        expect(actions).toEqual(['propose', decided.status === 'fulfilled' ? 'approve' : 'expired']);
      }
    });
  });

  describe(`champions in ${name}`, () => {
    const monday = '2026-03-02T06:00:00.000Z';
    const tuesday = '2026-03-03T06:00:00.000Z';

    async function crowned(...times: readonly string[]): Promise<{ pipeline: string; champions: Champion[] }> {
      const pipeline = `p-${fresh()}`;
      const all = times.map((since, i) => championOf(pipeline, i + 1, since));
      for (const champion of all) await get().champions.set(champion);
      return { pipeline, champions: all };
    }

    test('there is one champion at a time, and none before the first', async () => {
      const { champions } = get();
      const {
        pipeline,
        champions: [first, second],
      } = await crowned(monday, tuesday);
      expect(await champions.at(pipeline)).toEqual(second);
      expect(await champions.at(pipeline, tuesday)).toEqual(second);
      expect(await champions.at(pipeline, '2026-03-03T05:59:59.999Z')).toEqual(first);
      expect(await champions.at(pipeline, '2026-03-02T05:59:59.999Z')).toBeUndefined();
      expect(await champions.at(`p-${fresh()}`)).toBeUndefined();
      expect(await champions.history(pipeline)).toEqual([second, first]);
    });

    test('a promotion is in the audit record once, however often it is repeated', async () => {
      const { champions, audit } = get();
      const {
        pipeline,
        champions: [first],
      } = await crowned(monday);
      if (first !== undefined) await champions.set(first);
      expect(await champions.history(pipeline)).toEqual([first]);
      expect(await audit.list({ subject: first?.proposalId ?? '' })).toMatchObject([
        {
          at: monday,
          actor: 'ana',
          action: 'promote',
          reason: 'better on every segment',
          detail: { pipeline, version: 1, candidate: first?.candidate },
        },
      ]);
    });

    test.each([
      ['earlier', monday],
      ['at the same moment', tuesday],
    ])('nobody becomes champion %s than the one before', async (_when, since) => {
      const { champions, audit } = get();
      const {
        pipeline,
        champions: [first],
      } = await crowned(tuesday);
      const late = championOf(pipeline, 2, since);
      await expect(champions.set(late)).rejects.toMatchObject({
        code: 'Conflict',
        message: expect.stringMatching(`version 2 .* ${pipeline} since ${since}: version 1 .* since ${tuesday}`),
      });
      expect(await champions.history(pipeline)).toEqual([first]);
      expect(await audit.list({ subject: late.proposalId })).toEqual([]);
    });
  });

  describe(`audit record in ${name}`, () => {
    test('rows are numbered without a gap, also when many are written at once, and the chain holds', async () => {
      const { audit } = get();
      const subject = fresh();
      const entry = {
        at: '2026-03-02T06:00:00+01:00',
        actor: 'ana',
        action: 'approve',
        subject,
        reason: '同意',
        detail: { z: 0.1 + 0.2, a: [null, 'é'] },
      };
      const numbers = await Promise.all(Array.from({ length: 12 }, () => audit.append(entry)));
      const sorted = numbers.sort((a, b) => a - b);
      expect(sorted.at(-1)).toBe((sorted[0] ?? 0) + 11);
      const rows = await audit.list({ subject });
      expect(rows.map(({ seq }) => seq)).toEqual(sorted);
      expect(rows[0]).toMatchObject({ ...entry, at: '2026-03-02T05:00:00.000Z' });
      expect(await audit.list({ subject, limit: 2 })).toEqual(rows.slice(0, 2));
      expect(await audit.verify()).toMatchObject({ ok: true });
    });

    test('a row without detail is a row like any other', async () => {
      const { audit } = get();
      const subject = fresh();
      await audit.append({
        at: '2026-03-02T06:00:00.000Z',
        actor: 'ana',
        action: 'reject',
        subject,
        reason: '',
        detail: undefined,
      });
      expect(await audit.list({ subject })).toMatchObject([{ detail: null }]);
      expect(await audit.verify()).toMatchObject({ ok: true });
    });
  });
}
