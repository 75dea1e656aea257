import type { Candidate, Recipe } from '../contracts/governance.ts';
import type { Comparison } from '../contracts/http.schema.ts';

const metrics = ['wape', 'mase', 'wql', 'bias', 'mae', 'mse', 'rmse', 'coverage'] as const;
const comparedMetrics = metrics.filter((metric) => metric !== 'mse'); // rmse says the same in the unit of the target

/** Every metric row that either has, and every parameter that differs. */
export function compareCandidates(a: Candidate, b: Candidate): Comparison {
  const keys = new Map(
    [...a.metrics, ...b.metrics].map((row) => [`${row.model}/${row.split}`, { model: row.model, split: row.split }]),
  );
  const rows = [...keys.values()].flatMap(({ model, split }) => {
    const of = (candidate: Candidate): Candidate['metrics'][number] | undefined =>
      candidate.metrics.find((row) => row.model === model && row.split === split);
    const [left, right] = [of(a), of(b)];
    return comparedMetrics.map((metric) => {
      const [x, y] = [finite(left?.[metric]), finite(right?.[metric])];
      return { model, split, metric, a: x, b: y, difference: x === null || y === null ? null : y - x };
    });
  });
  return { a: named(a), b: named(b), rows, changed: changes(facts(a.recipe), facts(b.recipe)) };
}

function named({ digest, pipeline, version, runId, snapshot, createdAt }: Candidate): Comparison['a'] {
  return { digest, pipeline, version, runId, snapshot, createdAt };
}

function finite(value: number | null | undefined): number | null {
  return value !== null && value !== undefined && Number.isFinite(value) ? value : null;
}

function facts({ members, weights, seed }: Recipe): Map<string, string> {
  return new Map([
    ['seed', String(seed)],
    ...Object.entries(weights).map(([model, weight]): [string, string] => [`weight ${model}`, weight.toFixed(3)]),
    ...Object.entries(members).flatMap(([model, { parameters }]) =>
      Object.entries(parameters).map(([name, value]): [string, string] => [`${model}.${name}`, String(value)]),
    ),
  ]);
}

function changes(
  a: ReadonlyMap<string, string>,
  b: ReadonlyMap<string, string>,
): { what: string; a: string; b: string }[] {
  return [...new Set([...a.keys(), ...b.keys()])]
    .map((what) => ({ what, a: a.get(what) ?? '–', b: b.get(what) ?? '–' }))
    .filter((change) => change.a !== change.b);
}
