import type { ArtifactRef } from '../contracts/artifacts.ts';
import type { Snapshot } from '../contracts/data.ts';
import type { Candidate } from '../contracts/governance.ts';
import type { Lineage } from '../contracts/http-lineage.schema.ts';
import type { LineageEdge, LineageNode } from '../contracts/lineage.ts';
import type { ApiDependencies, RunRow } from './dependencies.ts';

type Needs = Pick<ApiDependencies, 'candidates' | 'champions' | 'proposals' | 'runs' | 'snapshots'>;
type Note = Lineage['notes'][number];

/** A node in words; a guess gives way to what somebody knows. */
interface Saying extends Note {
  readonly guess?: boolean;
}

interface Finding {
  readonly edges: readonly LineageEdge[];
  readonly notes: readonly Saying[];
}

/** What the walk met, with what only the tables know: who decided, which code, what each thing is in words. */
export interface Described {
  readonly edges: readonly LineageEdge[];
  readonly notes: readonly Note[];
}

/** Adds a note to every node that has something to say and, on the way up, code and decisions to what was walked. */
export async function describeLineage(
  deps: Needs,
  start: LineageNode,
  direction: 'up' | 'down',
  walked: readonly LineageEdge[],
): Promise<Described> {
  const nodes = new Map(
    [start, ...walked.flatMap(({ output, input }) => [output, input])].map((node) => [`${node.kind} ${node.id}`, node]),
  );
  const found = await Promise.all([...nodes.values()].map((node) => describe(deps, node, walked)));
  const said = new Map<string, Note>();
  // An artifact knows which step made it; the candidate or the snapshot that it belongs to knows what it is.
  const notes = found
    .flatMap((one) => one.notes)
    .toSorted((a, b) => Number(a.guess ?? false) - Number(b.guess ?? false));
  for (const { guess: _, ...note } of notes)
    if (!said.has(`${note.kind} ${note.id}`)) said.set(`${note.kind} ${note.id}`, note);
  const edges = direction === 'up' ? [...walked, ...found.flatMap((one) => one.edges)] : walked;
  const ends = new Set(
    [start, ...edges.flatMap(({ output, input }) => [output, input])].map(({ kind, id }) => `${kind} ${id}`),
  );
  return { edges, notes: [...said.values()].filter(({ kind, id }) => ends.has(`${kind} ${id}`)) };
}

async function describe(deps: Needs, node: LineageNode, walked: readonly LineageEdge[]): Promise<Finding> {
  const note = (text: string): Saying => ({ ...node, text });
  switch (node.kind) {
    case 'candidate': {
      // Two pipelines may have made the same one: the run tells whose it is here.
      const run = await runBehind(deps, node, walked);
      const candidate = await deps.candidates.find({
        ref: node.id,
        ...(run !== undefined && { pipeline: run.pipeline }),
      });
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
      return found === undefined ? nothing : { edges: [], notes: snapshotNotes(node, found.snapshot) };
    }
    case 'artifact': {
      const step = walked.find(
        ({ output, input }) => output.kind === 'artifact' && output.id === node.id && input.kind !== 'run',
      )?.by;
      return step === undefined ? nothing : { edges: [], notes: [{ ...note(madeBy(step)), guess: true }] };
    }
    default:
      return nothing;
  }
}

async function runBehind(
  { runs }: Needs,
  node: LineageNode,
  walked: readonly LineageEdge[],
): Promise<RunRow | undefined> {
  const edge = walked.find(({ output, input }) =>
    [output, input].some(({ kind, id }) => kind === node.kind && id === node.id),
  );
  return edge && runs.get(edge.runId);
}

const nothing: Finding = { edges: [], notes: [] };

const products: Readonly<Record<string, string>> = {
  clean: 'cleaned panel',
  embed: 'text vectors',
  features: 'features',
  baselines: 'forecasts of the baselines',
  ensemble: 'forecasts of the ensemble',
};

function madeBy(step: string): string {
  return products[step] ?? (step.startsWith('fit:') ? `forecasts of ${step.slice('fit:'.length)}` : `made by ${step}`);
}

function snapshotNotes(node: LineageNode, { rows, series, from, to, sales, texts, media, statics, reviews, manifest, profile }: Snapshot): Note[] {
  const part = ({ sha256 }: ArtifactRef, text: string): Note => ({ kind: 'artifact', id: sha256, text });
  const text = `${rows.toLocaleString('en-GB')} rows, ${series.toLocaleString('en-GB')} series, ${from.slice(0, 10)} to ${to.slice(0, 10)}`;
  return [
    { ...node, text },
    part(sales, 'rows of the snapshot'),
    part(manifest, 'manifest of the snapshot'),
    ...Object.entries({ 'texts of the snapshot': texts, 'media files of the snapshot': media, 'attributes of the snapshot': statics, 'reviews of the snapshot': reviews })
      .flatMap(([what, table]) => (table === undefined ? [] : [part(table, what)])),
    ...(profile === undefined ? [] : [part(profile, 'profile of the snapshot')]),
  ];
}

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
