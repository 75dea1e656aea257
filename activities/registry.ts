import type { Candidate, Champion, Evidence, Proposal, ProposeResult, Recipe, RegisterInput, RegistryActivities } from '../contracts/governance.ts';
import type { LineageEdge } from '../contracts/lineage.ts';
import { evaluateGates } from '../domain/gates.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { digestOf } from './digest.ts';
import { candidateEdges } from './lineage-edges.ts';
import type { StepRunner } from './step.ts';
import { type Experiments, trackCandidate } from './track-candidate.ts';

export interface RegistryDeps {
  readonly candidates: {
    /** What was measured of a known candidate is replaced. */
    register(candidate: Omit<Candidate, 'version'>): Promise<Candidate>;
    find(where: { pipeline: string; ref: string }): Promise<Candidate | undefined>;
  };
  readonly champions: { at(pipeline: string): Promise<Champion | undefined> };
  readonly lineage: { addEdges(edges: readonly LineageEdge[]): Promise<void> };
  /** Hands a proposal to the champion workflow. */
  readonly gateway: { propose(proposal: Proposal): Promise<ProposeResult> };
  readonly experiments: Experiments;
  readonly artifacts: Pick<ArtifactStore, 'readJson'>;
  readonly steps: StepRunner;
  readonly codeVersion: (activity: string) => string;
  readonly now: () => Date;
}

/** Steps whose code decides what a candidate is. */
const decisive = ['ingest', 'validate', 'clean', 'embedTexts', 'buildFeatures', 'fitBaselines', 'fitFold', 'fitModel', 'buildEnsemble', 'evaluateModels'];

/** Activities on the `pipeline` queue that make a candidate known and propose it. */
export function createRegistryActivities(deps: RegistryDeps): RegistryActivities {
  const { candidates, champions, lineage, gateway, experiments, artifacts, steps, codeVersion, now } = deps;

  function evidenceOf({ snapshot, recipe, evaluation, pipelineSpec }: RegisterInput): Evidence {
    const code = digestOf([...decisive, ...(recipe.hierarchy ? ['aggregatePanel', 'aggregatePart', 'reconcileForecasts'] : [])].map((activity) => [activity, codeVersion(activity)]));
    return {
      candidate: candidateDigest(recipe, snapshot.digest, code),
      snapshot: snapshot.digest,
      metrics: evaluation.report.sha256,
      pipeline: digestOf(pipelineSpec),
      code,
    };
  }

  return {
    async currentChampion({ pipeline }) {
      const champion = await champions.at(pipeline);
      if (champion === undefined) return {};
      const candidate = await candidates.find({ pipeline, ref: champion.candidate });
      return { champion, ...(candidate && { recipe: candidate.recipe }) };
    },

    registerCandidate: (input) =>
      steps
        .effect(
          input.context,
          ({ candidate, known }: { candidate: Candidate; known: boolean }) => ({ note: `version ${candidate.version}, ${candidate.digest.slice(0, 12)}`, unchanged: known }),
          async () => {
            const evidence = evidenceOf(input);
            const { pipeline, runId } = input.context;
            const { recipe, evaluation } = input;
            const measured = { evidence, metrics: evaluation.rows, report: evaluation.report, forecasts: evaluation.forecasts };
            const before = await candidates.find({ pipeline, ref: evidence.candidate });
            if (before !== undefined && digestOf(measuredOf(before)) === digestOf(measured)) return { candidate: before, known: true };
            // A known candidate's trials are tracked already; what was measured of it is not.
            const tracked = await trackCandidate(experiments, artifacts, before === undefined ? input : { ...input, trials: [] }, evidence);
            // Before the row: an attempt that finds the row as it should be has nothing left to do.
            await lineage.addEdges(candidateEdges(input, evidence.candidate));
            const candidate = await candidates.register({
              digest: evidence.candidate,
              pipeline,
              runId,
              snapshot: evidence.snapshot,
              recipe,
              ...measured,
              mlflowRunId: tracked.runId,
              mlflowVersion: tracked.version,
              createdAt: now().toISOString(),
            });
            return { candidate, known: false };
          },
        )
        .then(({ candidate }) => ({
          candidate: candidate.digest,
          version: candidate.version,
          evidence: candidate.evidence,
          mlflowRunId: candidate.mlflowRunId,
          mlflowVersion: candidate.mlflowVersion,
        })),

    proposeCandidate: ({ context, registered, gates, metrics, approvals, proposedBy, now: requestedAt }) =>
      steps.effect(
        context,
        ({ proposal, created }: ProposeResult) => ({ note: `${proposal.id} is ${proposal.status}`, unchanged: !created }),
        () => {
          const outcomes = evaluateGates(gates, metrics);
          const proposedAt = Date.parse(requestedAt);
          return gateway.propose({
            id: proposalId(context.pipeline, registered.candidate, context.runId),
            pipeline: context.pipeline,
            candidate: registered.candidate,
            version: registered.version,
            runId: context.runId,
            evidence: registered.evidence,
            gates: outcomes,
            status: outcomes.every(({ holds }) => holds) ? 'open' : 'blocked',
            proposedBy,
            proposedAt: new Date(proposedAt).toISOString(),
            expiresAt: new Date(proposedAt + approvals.expiresHours * 3_600_000).toISOString(),
            quorum: approvals.quorum,
            decisions: [],
          });
        },
      ),
  };
}

/** What the gates and a decision look at; a known candidate may be measured again, on other series or against another champion. */
const measuredOf = ({ evidence, metrics, report, forecasts }: Candidate) => ({ evidence, metrics, report, forecasts });

/** Two pipelines may have equal candidates, and one may be proposed again when nobody decided in time. */
const proposalId = (pipeline: string, candidate: string, runId: string): string => `p-${digestOf({ pipeline, candidate, runId }).slice(0, 12)}`;

/** Model bytes, snapshot, parameters and code: never a time, a host or a run. */
function candidateDigest({ members, weights, level, seed, quantiles, hierarchy }: Recipe, snapshot: string, code: string): string {
  return digestOf({ members, weights, level, seed, quantiles, ...(hierarchy && { hierarchy }), snapshot, code });
}

