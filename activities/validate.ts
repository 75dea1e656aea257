import { cancellationSignal } from '@temporalio/activity';
import type { ArtifactRef } from '../contracts/artifacts.ts';
import type { DataActivities, RuleOutcome, RunValidation, Snapshot, ValidateInput, ValidateResult, ValidationReport } from '../contracts/data.ts';
import { ValidationBlocked } from '../contracts/failure.ts';
import type { Pipeline } from '../contracts/pipeline.schema.ts';
import type { StepEvents } from '../contracts/step-events.ts';
import { fetchParts } from '../contracts/table-parts.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { withEvents } from './step-events.ts';
import type { Cached, StepRunner } from './step.ts';

export interface ValidateTables {
  /** `sales`: paths of the parts of a snapshot's sales table; `products`: path of the keys of the products source. */
  validateSales(input: {
    readonly sales: readonly string[];
    readonly products?: string;
    readonly rules: Pipeline['validate'];
    readonly frequency: Pipeline['frequency'];
    readonly now: string;
    readonly signal: AbortSignal;
  }): Promise<ValidationReport>;
}

export interface ValidateDeps {
  readonly tables: ValidateTables;
  readonly artifacts: ArtifactStore;
  readonly steps: StepRunner;
  readonly validationResults: {
    /** Keeps what a run's rules found; repeating it for the run changes nothing. */
    put(results: RunValidation): Promise<void>;
  };
  /** Absent: nobody follows lineage elsewhere. */
  readonly events?: StepEvents;
}

const nobody: StepEvents = { emit: async () => undefined };

/** Checks the rules of the pipeline file against a snapshot. What they found is kept for the run before a broken one blocks it. */
export function createValidate({ tables, artifacts, steps, validationResults, events = nobody }: ValidateDeps): DataActivities['validate'] {
  async function check({ snapshot, rules, frequency, now }: ValidateInput): Promise<ValidateResult> {
    const signal = cancellationSignal();
    const sales = await fetchParts(artifacts, snapshot.sales, signal);
    const products = snapshot.products === undefined ? undefined : await artifacts.fetchFile(snapshot.products, signal);
    const report = await tables.validateSales({ sales, ...(products !== undefined && { products }), rules, frequency, now, signal });
    const broken = report.outcomes.filter(({ holds }) => !holds);
    return { report: await artifacts.publishJson('reports', report), passed: report.outcomes.length - broken.length, warnings: broken.filter(({ severity }) => severity === 'warn').length };
  }

  return async (input) => {
    const { context, snapshot, rules, frequency, now } = input;
    const day = rules.some(({ rule }) => rule === 'freshness') ? now.slice(0, 10) : undefined;
    const parameters = { sales: snapshot.sales, ...(snapshot.products && { products: snapshot.products }), rules, frequency, ...(day && { day }) };
    let report: ValidationReport | undefined;
    let made: ArtifactRef | undefined;
    const datasets = () => ({ inputs: [{ artifact: snapshot.sales, ...(report && { quality: report }) }], outputs: made === undefined ? [] : [{ artifact: made }] });

    const work = async (): Promise<Cached<ValidateResult>> => {
      const checked = await steps.once('validate', parameters, () => check(input));
      made = checked.value.report;
      const found = (await artifacts.readJson(made)) as ValidationReport;
      // Not in what is cached: the same rows may come from a file that has moved since.
      report = { ...found, outcomes: found.outcomes.map((outcome) => ({ ...outcome, found: withPlaces(outcome, snapshot) })) };
      await validationResults.put({ runId: context.runId, pipeline: context.pipeline, snapshot: snapshot.digest, outcomes: report.outcomes });
      refuseBlocking(report.outcomes);
      return checked;
    };
    const { value } = await steps.effect(
      context,
      ({ value: { passed, warnings }, cached }) => ({ note: `${passed} rules hold${warnings > 0 ? `, ${warnings} warnings` : ''}`, unchanged: cached }),
      () => withEvents(events, context, datasets, work),
      'by itself',
    );
    return value;
  };
}

/** Where the first rows lie that break it, so that they can be looked at: `… (e.g. ./sales.csv row 4, 17)`. */
function withPlaces({ holds, found, examples }: RuleOutcome, { sources }: Snapshot): string {
  if (holds || examples.length === 0) return found;
  // Rows know a file by its number; older snapshots count the files.
  const uriOf = new Map(sources.filter(({ source }) => source === 'sales').map(({ number, uri }, i) => [number ?? i, uri]));
  const files = [...new Set(examples.map(({ file }) => file))];
  const places = files.map((file) => {
    const rows = examples.filter((example) => example.file === file).map(({ row }) => row.toLocaleString('en-US'));
    return `${uriOf.get(file) ?? `file ${String(file)}`} row ${rows.join('; ')}`;
  });
  return `${found}, such as ${places.join(', ')}`;
}

function refuseBlocking(outcomes: readonly RuleOutcome[]): void {
  const blocking = outcomes.filter(({ holds, severity }) => !holds && severity === 'block');
  if (blocking.length === 0) return;
  const broken = blocking.map(({ rule, found }) => `${rule} (${found})`).join('; ');
  throw new ValidationBlocked(`the data break ${blocking.length === 1 ? 'a rule' : `${blocking.length} rules`} of the pipeline file: ${broken}. Mend the source, or change the rule or its severity under \`validate\`.`);
}
