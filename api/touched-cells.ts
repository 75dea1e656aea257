import { BadInput, NotFound } from '../contracts/failure.ts';
import type { TouchedView } from '../contracts/http-snapshots.schema.ts';
import type { Pipeline } from '../contracts/pipeline.schema.ts';
import { fetchParts } from '../contracts/table-parts.ts';
import { touchedCodes, touchedName, touchedNames } from '../domain/cleaning/touched.ts';
import type { TouchedName } from '../domain/cleaning/touched.ts';
import type { ApiDependencies } from './dependencies.ts';
import { cleaningRun } from './snapshot-runs.ts';

export interface TouchedQuestion {
  readonly digest: string;
  readonly pipelines: readonly string[];
  readonly series?: string;
  readonly rule?: string;
  readonly limit: number;
}

/** `stockOut` → `stock-out`, as people write it. */
const written = (name: TouchedName): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Every cell that cleaning touched in the newest run on a snapshot: how many by rule, and the first of them. */
export async function touchedIn(deps: Pick<ApiDependencies, 'runs' | 'artifacts' | 'tables'>, { digest, pipelines, series, rule, limit }: TouchedQuestion): Promise<TouchedView> {
  const wanted = rule === undefined ? undefined : ruleNamed(rule);
  const run = await cleaningRun(deps, pipelines, digest);
  const panel = run?.result?.cleaned?.panel;
  if (run === undefined || panel === undefined)
    throw new NotFound(`no finished run on snapshot ${digest.slice(0, 12)} says what it cleaned: run the pipeline again (what is done already is not done anew)`);
  const cleaning = (await deps.runs.input(run.runId))?.pipeline.cleaning;
  // A period without a row is nothing to look at one by one, and there may be millions.
  const codes = wanted === undefined ? touchedNames.filter((name) => name !== 'none' && name !== 'noSale') : [wanted];
  const found = await deps.tables.touchedCells({
    panel: await fetchParts(deps.artifacts, panel),
    codes: codes.map((name) => touchedCodes[name]),
    ...(series !== undefined && { series }),
    limit,
  });
  if (series !== undefined && found.cells === 0) throw new NotFound(`no series "${series}" in the cleaned panel of run ${run.runId}: names are those of the snapshot, upper-case unless \`normalizeSeries\` is off`);
  return {
    snapshot: digest,
    runId: run.runId,
    cells: found.cells,
    rules: found.counts.flatMap(({ code, cells }) => {
      const name = touchedName(code);
      return name === undefined ? [] : [{ rule: written(name), reason: reasonOf(name, cleaning), cells }];
    }),
    touched: found.first.map(({ code, ...cell }) => ({ ...cell, rule: written(touchedName(code) ?? 'none') })),
  };
}

/** @throws BadInput */
function ruleNamed(rule: string): TouchedName {
  const names = touchedNames.filter((name) => name !== 'none');
  const found = names.find((name) => written(name) === rule);
  if (found === undefined) throw new BadInput(`there is no rule "${rule}": cells are touched by ${names.map(written).join(', ')}`);
  return found;
}

function reasonOf(name: TouchedName, cleaning: Pipeline['cleaning'] | undefined): string {
  const limits = cleaning === undefined ? 'its limits' : `${String(cleaning.outliers.factor)} ${unitOf(cleaning.outliers.method)}`;
  const filled = cleaning === undefined ? 'filled from its past' : cleaning.missing.method === 'drop' ? 'left out' : `filled by ${cleaning.missing.method}`;
  switch (name) {
    case 'none':
      return 'as it was sold';
    case 'noSale':
      return 'no row: nothing was sold, 0';
    case 'outlier':
      return `beyond ${limits} of its own past${cleaning?.outliers.action === 'mark' ? ', marked' : ', clipped'}`;
    case 'closed':
      return `the shop was closed: ${filled}`;
    case 'unknown':
      return `not known: ${filled}`;
    case 'stockOut':
      return 'the stock ran out: taken for what was wanted';
    case 'returned':
      return 'more was returned than sold: taken for 0';
    case 'removed':
      return `beyond ${limits} of its own past: taken out, ${filled}`;
  }
}

function unitOf(method: Pipeline['cleaning']['outliers']['method']): string {
  return { iqr: 'interquartile ranges', 'z-score': 'standard deviations', 'robust-z': 'robust deviations', 'seasonal-residual': 'robust deviations from the season', none: 'limits' }[method];
}
