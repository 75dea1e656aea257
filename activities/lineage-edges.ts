import type { Candidate, Champion, RegisterInput } from '../contracts/governance.ts';
import type { LineageEdge, LineageNode } from '../contracts/lineage.ts';

const node = (kind: LineageNode['kind'], id: string): LineageNode => ({ kind, id });

/** source file → snapshot → run → model files and forecasts → candidate. */
export function candidateEdges({ context: { runId }, snapshot, recipe, evaluation }: RegisterInput, digest: string): LineageEdge[] {
  const by = 'register';
  const run = node('run', runId);
  const candidate = node('candidate', digest);
  const files = [...Object.values(recipe.members), ...(recipe.hierarchy ? [recipe.hierarchy] : [])].flatMap((member) => member.files);
  return [
    ...snapshot.sources.map(({ uri, sha256 }) => ({ output: node('snapshot', snapshot.digest), input: node('source', `${uri}#sha256=${sha256}`), runId, by: 'ingest' })),
    { output: run, input: node('snapshot', snapshot.digest), runId, by: 'ingest' },
    ...files.map(({ sha256 }) => ({ output: node('artifact', sha256), input: run, runId, by: 'fit' })),
    ...files.map(({ sha256 }) => ({ output: candidate, input: node('artifact', sha256), runId, by })),
    { output: node('artifact', evaluation.forecasts.sha256), input: run, runId, by: 'evaluate' },
    { output: node('artifact', evaluation.report.sha256), input: run, runId, by: 'evaluate' },
    { output: candidate, input: node('artifact', evaluation.report.sha256), runId, by },
    { output: candidate, input: run, runId, by },
  ];
}

/** candidate → proposal → champion → forecast. Forecasts of one champion share one node; series and date are found in its table. */
export function championEdges(champion: Champion, candidate: Candidate): LineageEdge[] {
  const { runId } = candidate;
  const by = 'promote';
  const proposal = node('proposal', champion.proposalId);
  const served = node('champion', `${champion.pipeline}/v${champion.version}`);
  return [
    { output: proposal, input: node('candidate', candidate.digest), runId, by: 'propose' },
    { output: served, input: proposal, runId, by },
    { output: node('forecast', `${champion.pipeline}/v${champion.version}`), input: served, runId, by },
    { output: node('forecast', `${champion.pipeline}/v${champion.version}`), input: node('artifact', candidate.forecasts.sha256), runId, by },
  ];
}
