import type { Candidate } from '../contracts/governance.ts';
import type { Lineage } from '../contracts/http.schema.ts';
import type { LineageEdge, LineageNode } from '../contracts/lineage.ts';
import type { ApiDependencies } from './dependencies.ts';

type Needs = Pick<ApiDependencies, 'candidates' | 'champions' | 'proposals' | 'runs' | 'snapshots'>;
type Note = Lineage['notes'][number];

/** What the walk met, with what only the tables know: who decided, which code, what each thing is in words. */
export interface Described {
  readonly edges: readonly LineageEdge[];
  readonly notes: readonly Note[];
}

/** Adds code and decisions to walked edges, and a note to every node that has something to say. */
export async function describeLineage(
  deps: Needs,
  start: LineageNode,
  walked: readonly LineageEdge[],
): Promise<Described> {
  const nodes = new Map(
    [start, ...walked.flatMap(({ output, input }) => [output, input])].map((node) => [`${node.kind} ${node.id}`, node]),
  );
  const found = await Promise.all([...nodes.values()].map((node) => describe(deps, node, walked)));
  const said = new Map<string, Note>();
  // An artifact is told by the candidate that has it, or by the step that made it: the first one to speak knows more.
  for (const note of found.flatMap(({ notes }) => notes))
    if (!said.has(`${note.kind} ${note.id}`)) said.set(`${note.kind} ${note.id}`, note);
  const known = [...said.values()].filter(
    ({ kind, id }) => kind === 'code' || kind === 'decision' || nodes.has(`${kind} ${id}`),
  );
  return { edges: [...walked, ...found.flatMap(({ edges }) => edges)], notes: known };
}

async function describe(deps: Needs, node: LineageNode, walked: readonly LineageEdge[]): Promise<Described> {
  const note = (text: string): Note => ({ ...node, text });
  switch (node.kind) {
    case 'candidate': {
      const candidate = await deps.candidates.find({ ref: node.id });
      return candidate === undefined ? nothing : candidateFacts(node, candidate);
    }
    case 'proposal': {
      const proposal = await deps.proposals.get(node.id);
      if (proposal === undefined) return nothing;
      const decisions = proposal.decisions.map(({ actor, verdict, reason }): Note => ({
        kind: 'decision',
        id: `${node.id}/${actor}`,
        text: `${verdict}: ${reason}`,
      }));
      return {
        edges: decisions.map(({ kind, id }) => ({
          output: node,
          input: { kind, id },
          runId: proposal.runId,
          by: 'decide',
        })),
        notes: [
          note(`${proposal.status}, proposed ${minute(proposal.proposedAt)} by ${proposal.proposedBy}`),
          ...decisions,
        ],
      };
    }
    case 'champion': {
      const pipeline = node.id.slice(0, node.id.lastIndexOf('/'));
      const champion = (await deps.champions.history(pipeline)).find(
        ({ version }) => node.id === `${pipeline}/v${version}`,
      );
      return champion === undefined
        ? nothing
        : { edges: [], notes: [note(`since ${minute(champion.since)}, by ${champion.by}`)] };
    }
    case 'run': {
      const run = await deps.runs.get(node.id);
      return run === undefined
        ? nothing
        : {
            edges: [],
            notes: [note(`${run.status}, by ${run.actor}${run.cutoff === undefined ? '' : `, cutoff ${run.cutoff}`}`)],
          };
    }
    case 'snapshot': {
      const found = await deps.snapshots.find(node.id);
      if (found === undefined) return nothing;
      const { rows, series, from, to, sales } = found.snapshot;
      const text = `${rows.toLocaleString('en-GB')} rows, ${series.toLocaleString('en-GB')} series, ${from.slice(0, 10)} to ${to.slice(0, 10)}`;
      return { edges: [], notes: [note(text), { kind: 'artifact', id: sales.sha256, text: 'rows of the snapshot' }] };
    }
    case 'artifact': {
      const step = walked.find(
        ({ output, input }) => output.id === node.id && output.kind === 'artifact' && input.kind === 'artifact',
      )?.by;
      const text = step === undefined ? undefined : (madeBy[step] ?? `made by ${step}`);
      return text === undefined ? nothing : { edges: [], notes: [note(text)] };
    }
    default:
      return nothing;
  }
}

const nothing: Described = { edges: [], notes: [] };
const madeBy: Readonly<Record<string, string>> = {
  clean: 'cleaned panel',
  embed: 'text vectors',
  features: 'features',
  ensemble: 'ensemble of forecasts',
};

function candidateFacts(node: LineageNode, candidate: Candidate): Described {
  const { version, recipe, evidence, report, forecasts, runId } = candidate;
  const weights = Object.entries(recipe.weights)
    .filter(([, weight]) => weight > 0)
    .map(([model, weight]) => `${model} ${weight.toFixed(2)}`);
  const code: LineageNode = { kind: 'code', id: evidence.code };
  const artifact = (sha256: string, text: string): Note => ({ kind: 'artifact', id: sha256, text });
  return {
    edges: [{ output: node, input: code, runId, by: 'register' }],
    notes: [
      { ...node, text: `version ${version}: ${weights.join(', ')}` },
      { ...code, text: 'code of the steps that decide' },
      artifact(report.sha256, 'evaluation report'),
      artifact(forecasts.sha256, 'forecasts of all series'),
      ...Object.entries(recipe.members).flatMap(([model, { files }]) =>
        files.map(({ sha256 }) => artifact(sha256, `model of ${model}`)),
      ),
    ],
  };
}

function minute(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`;
}
