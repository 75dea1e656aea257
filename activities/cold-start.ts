import { cancellationSignal } from '@temporalio/activity';
import type { ColdStartActivities, ColdStartInput, ColdStartResult } from '../contracts/cold-start.ts';
import { fetchParts } from '../contracts/table-parts.ts';
import { periodsBetween } from '../domain/calendar.ts';
import { type AnsweredQuestion, answerQuestions, scoreAnswer, type ScoredLaunch } from '../domain/cold-start/back-test.ts';
import { chooseSettings, type Question, type Study } from '../domain/cold-start/choose-settings.ts';
import { gainOver } from '../domain/cold-start/gain.ts';
import { splitQuestions } from '../domain/cold-start/split-questions.ts';
import { planStudy } from '../domain/cold-start/study-plan.ts';
import { rollingCutoffs } from '../domain/cutoffs.ts';
import { type ArtifactStore, parquetFile, type WithScratch } from './artifact-store.ts';
import { findPools } from './cold-start-pools.ts';
import { coldStartReport, coldStartRows, forecastTable } from './cold-start-report.ts';
import type { ColdStartTables } from './cold-start-tables.ts';
import { collectPieces, inPieces } from './in-pieces.ts';
import type { StepRunner } from './step.ts';

export interface ColdStartDeps {
  readonly tables: ColdStartTables;
  readonly artifacts: ArtifactStore;
  readonly withScratch: WithScratch;
  readonly steps: StepRunner;
}

/** Launches that are scored at most: the newest. */
const mostToScore = 2_000;

/**
 * Activity on the `data` queue: forecasts the first periods of products that have no history, from the launches of earlier products that they
 * resemble, and measures on past launches how much better that is than the averages of their category and of all.
 */
export function createColdStartActivities({ tables, artifacts, withScratch, steps }: ColdStartDeps): ColdStartActivities {
  async function study(input: ColdStartInput, signal: AbortSignal) {
    const { frequency, horizon, folds, step, gap = 0, seed } = input;
    const panel = await fetchParts(artifacts, input.panel, signal);
    const modalities: { modality: string; file: string }[] = [];
    for (const { modality, vectors } of input.modalities) modalities.push({ modality, file: await artifacts.fetchFile(vectors, signal) });
    const statics = input.statics && (await artifacts.fetchFile(input.statics, signal));

    const named = [...modalities.map(({ file }) => file), ...(statics === undefined ? [] : [statics])];
    const { history, first, last } = await tables.launchHistory({ panel, products: named, frequency, horizon, gap, signal });
    const starts = rollingCutoffs({ last, horizon, folds, frequency, ...(step !== undefined && { step }) });
    const number = (start: number): number => periodsBetween(first, start, frequency);
    const cutoffs = { folds: starts.folds.map(number), test: number(starts.test) };
    const plan = planStudy(history, cutoffs, seed);
    const { aspects, pools, families, category, categories } = await findPools(tables, { history, plan, panel, modalities, ...(statics !== undefined && { statics }), frequency, first, signal });
    const asked = (products: Uint32Array): Question[] => Array.from(products).flatMap((product) => {
      const pool = pools.get(product);
      return pool === undefined ? [] : [{ product, cutoff: plan.before[product] ?? -1, pool }];
    });
    const given: Study = { history, categories, aspects, levels: input.quantiles };
    return { study: given, plan, cutoffs, first, last, families, ...(category !== undefined && { category }), launches: asked(plan.targets), unsold: asked(plan.unsold) };
  }

  async function forecast(input: ColdStartInput): Promise<ColdStartResult> {
    const signal = cancellationSignal();
    const found = await study(input, signal);
    const split = splitQuestions(found.study.history, found.launches, found.cutoffs.folds[0] ?? found.cutoffs.test);
    const chosen = await inPieces(chooseSettings(found.study, split.choosing), signal);
    const answered = await collectPieces(answerQuestions(found.study, chosen, split.scored.slice(-mostToScore)), signal);
    const scored: ScoredLaunch[] = answered.map((answer) => scoreAnswer(found.study, answer));
    const answers = await collectPieces(answerQuestions(found.study, chosen, found.unsold), signal);

    const rows = coldStartRows(scored);
    const gains = { wql: gainOver(scored, 'category-average', 'pinball', input.seed), wape: gainOver(scored, 'category-average', 'absolute', input.seed) };
    const overAll = { wql: gainOver(scored, 'overall-average', 'pinball', input.seed), wape: gainOver(scored, 'overall-average', 'absolute', input.seed) };
    const report = coldStartReport({
      input, ...found, boundary: split.boundary, chosen, scored, answered, answers, rows, gains: { 'category-average': gains, 'overall-average': overAll },
    });
    const forecasts = answers.length === 0 ? undefined : await publishForecasts(input, found, answers, signal);
    return { report: await artifacts.publishJson('reports', report), rows, gain: gains.wql, ...(forecasts && { forecasts }), products: answers.length };
  }

  function publishForecasts(input: ColdStartInput, { study: { history }, last }: { readonly study: Study; readonly last: number }, answers: readonly AnsweredQuestion[], signal: AbortSignal) {
    return withScratch(async (folder) => {
      const out = `${folder}/cold-start.parquet`;
      await tables.writeForecasts({ table: forecastTable(answers, { history, last, frequency: input.frequency, levels: input.quantiles }), split: 'final', out });
      return artifacts.publishFile('forecasts', out, parquetFile, signal);
    });
  }

  return {
    forecastColdStart({ context, ...input }) {
      const { modalities, ...others } = input;
      return steps.step(
        context,
        {
          activity: 'forecastColdStart',
          // How vectors become features is none of this step's business.
          parameters: { ...others, modalities: modalities.map(({ modality, vectors }) => ({ modality, vectors })) },
          note: ({ rows, products, gain }) => noteOf(rows, products, gain),
        },
        () => forecast({ context, ...input }),
      );
    },
  };
}

function noteOf(rows: ColdStartResult['rows'], products: number, gain: ColdStartResult['gain']): string {
  const [mine] = rows;
  const measured = mine === undefined || mine.products === 0 || gain.gain === null ? 'no launches to measure on' : `${count(mine.products)} ${mine.products === 1 ? 'launch' : 'launches'}, WQL ${mine.wql?.toFixed(3) ?? '–'}, ${beside(gain.gain)} the category average`;
  return products === 0 ? measured : `${measured}; ${count(products)} products never sold`;
}

const count = (n: number): string => n.toLocaleString('en-GB');
/** `9.2 % below`, `0.4 % above`, `the same as`. */
const beside = (gain: number): string => (gain === 0 ? 'the same as' : `${(100 * Math.abs(gain)).toFixed(1)} % ${gain > 0 ? 'below' : 'above'}`);
