import type { ArtifactRef } from '../contracts/artifacts.ts';
import { EvidenceStale, NotFound } from '../contracts/failure.ts';
import type { Candidate, Champion, ChampionActivities, Proposal, ProposalStatus, ProposeResult } from '../contracts/governance.ts';
import type { LineageEdge } from '../contracts/lineage.ts';
import type { Decision } from '../contracts/governance.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { digestOf } from './digest.ts';
import { championEdges } from './lineage-edges.ts';
import { withHeartbeat } from './step.ts';

export interface ForecastRow {
  readonly series: string;
  /** ISO date of the period's first day. */
  readonly ds: string;
  readonly yHat: number;
  readonly quantiles: readonly number[];
}

export interface ChampionDeps {
  readonly proposals: {
    open(proposal: Proposal): Promise<ProposeResult>;
    decide(input: { decision: Decision; status: ProposalStatus; at: string }): Promise<void>;
    close(input: { proposalId: string; status: ProposalStatus; at: string; reason: string }): Promise<void>;
  };
  readonly candidates: { find(where: { pipeline: string; ref: string }): Promise<Candidate | undefined> };
  readonly champions: { set(champion: Champion): Promise<void> };
  readonly forecasts: {
    replace(input: { pipeline: string; candidate: string; quantileLevels: readonly number[]; rows: AsyncIterable<readonly ForecastRow[]> }): Promise<void>;
  };
  readonly lineage: { addEdges(edges: readonly LineageEdge[]): Promise<void> };
  readonly registry: { setAlias(name: string, alias: string, version: string): Promise<void> };
  readonly artifacts: Pick<ArtifactStore, 'fetchFile' | 'verify'>;
  readonly readForecasts: (file: string) => AsyncIterable<readonly ForecastRow[]>;
}

/** What only the champion workflow may do: it alone decides, moves aliases and publishes forecasts. Each call may be repeated. */
export function createChampionActivities(deps: ChampionDeps): ChampionActivities {
  const { proposals, candidates, champions, forecasts, lineage, registry, artifacts, readForecasts } = deps;

  async function candidateOf({ pipeline, candidate }: Proposal): Promise<Candidate> {
    const found = await candidates.find({ pipeline, ref: candidate });
    if (found === undefined) throw new NotFound(`candidate ${candidate.slice(0, 12)} of ${pipeline} is not registered; run the pipeline again`);
    return found;
  }

  return {
    storeProposal: ({ proposal }) => proposals.open(proposal),

    verifyEvidence: ({ proposal }) =>
      withHeartbeat(async () => {
        const candidate = await candidateOf(proposal);
        if (digestOf(candidate.evidence) !== digestOf(proposal.evidence)) {
          throw new EvidenceStale(`candidate v${candidate.version} of ${proposal.pipeline} was registered again with other evidence since this was proposed; look at the newest proposal`);
        }
        // A report, forecast or model file that was altered in the store stops the decision here.
        await Promise.all([candidate.report, candidate.forecasts, ...modelFiles(candidate)].map((ref) => artifacts.verify(ref)));
      }),

    recordDecision: (input) => proposals.decide(input),

    promoteCandidate: ({ proposal, decision, at }) =>
      withHeartbeat(async () => {
        const candidate = await candidateOf(proposal);
        const champion: Champion = {
          pipeline: proposal.pipeline,
          candidate: candidate.digest,
          version: candidate.version,
          since: at,
          by: decision.actor,
          reason: decision.reason,
          proposalId: proposal.id,
        };
        await forecasts.replace({
          pipeline: proposal.pipeline,
          candidate: candidate.digest,
          quantileLevels: candidate.recipe.quantiles,
          rows: readForecasts(await artifacts.fetchFile(candidate.forecasts)),
        });
        await lineage.addEdges(championEdges(champion, candidate));
        await champions.set(champion);
        await registry.setAlias(proposal.pipeline, 'champion', candidate.mlflowVersion);
        return champion;
      }),

    closeProposal: (input) => proposals.close(input),
  };
}

const modelFiles = ({ recipe: { members, hierarchy } }: Candidate): ArtifactRef[] => [...Object.values(members), ...(hierarchy ? [hierarchy] : [])].flatMap(({ files }) => [...files]);
