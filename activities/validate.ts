import { cancellationSignal } from '@temporalio/activity';
import type { DataActivities, RuleOutcome, ValidateInput } from '../contracts/data.ts';
import { ValidationBlocked } from '../contracts/failure.ts';
import type { Pipeline } from '../contracts/pipeline.schema.ts';
import { fetchParts } from '../contracts/table-parts.ts';
import type { ArtifactStore } from './artifact-store.ts';
import type { StepRunner } from './step.ts';

export interface ValidateTables {
  /** `sales`: paths of the parts of a snapshot's sales table. */
  validateSales(input: { sales: readonly string[]; rules: Pipeline['validate']; now: string; signal: AbortSignal }): Promise<readonly RuleOutcome[]>;
}

export interface ValidateDeps {
  readonly tables: ValidateTables;
  readonly artifacts: ArtifactStore;
  readonly steps: StepRunner;
}

/** Checks the rules of the pipeline file against a snapshot. */
export function createValidate({ tables, artifacts, steps }: ValidateDeps): DataActivities['validate'] {
  return ({ context, snapshot, rules, now }: ValidateInput) => {
  const day = rules.some(({ rule }) => rule === 'freshness') ? now.slice(0, 10) : undefined;
  return steps.step(
    context,
    {
      activity: 'validate',
      parameters: { sales: snapshot.sales, rules, ...(day && { day }) },
      note: ({ passed, warnings }) => `${passed} rules hold${warnings > 0 ? `, ${warnings} warnings` : ''}`,
    },
    async () => {
      const sales = await fetchParts(artifacts, snapshot.sales, cancellationSignal());
      const outcomes = await tables.validateSales({ sales, rules, now, signal: cancellationSignal() });
      const broken = outcomes.filter(({ holds }) => !holds);
      const blocking = broken.filter(({ severity }) => severity === 'block');
      if (blocking.length > 0) {
        throw new ValidationBlocked(`the data break ${blocking.length === 1 ? 'a rule' : `${blocking.length} rules`} of the pipeline file: ${blocking.map(({ rule, found }) => `${rule} (${found})`).join('; ')}. Mend the source, or change the rule or its severity under \`validate\`.`);
      }
      return { report: await artifacts.publishJson('reports', { outcomes }), passed: outcomes.length - broken.length, warnings: broken.length };
    },
  );
};
}
