import type { Command } from 'commander';

import { forecastSchema } from '../../contracts/http.schema.ts';
import { withExample } from '../example.ts';
import { shortDigest } from '../render/figures.ts';
import { renderTable } from '../render/table.ts';
import { sessionOf } from '../session.ts';
import type { CliDependencies } from '../session.ts';

export function addForecastCommand(program: Command, dependencies: CliDependencies): void {
  const command = program
    .command('forecast')
    .description('The served forecast of one series, with its quantiles.')
    .argument('<pipeline>', 'name of the pipeline')
    .requiredOption('--series <id>', 'the series')
    .option('--candidate <ref>', 'of this version or digest instead of the champion')
    .action(async (pipeline: string, options: { series: string; candidate?: string }) => {
      const session = sessionOf(command, dependencies);
      const answer = await session.api.get(
        `/v1/pipelines/${encodeURIComponent(pipeline)}/forecasts`,
        forecastSchema,
        options,
      );
      const { colors } = session.terminal;
      session.print(answer, () => {
        const levels = shownLevels(Object.keys(answer.points[0]?.quantiles ?? {}));
        const table = renderTable(
          [
            { title: 'period' },
            { title: 'forecast', align: 'right' },
            ...levels.map((level) => ({ title: `q${level}`, align: 'right' as const })),
          ],
          answer.points.map(({ ds, yHat, quantiles }) => [
            ds,
            yHat.toFixed(1),
            ...levels.map((level) => quantiles[level]?.toFixed(1) ?? '–'),
          ]),
          colors,
        );
        return `${answer.series} of ${answer.pipeline}, version ${answer.version} (${shortDigest(answer.candidate)})\n\n${table}\n\nfrom where: npx forecastle lineage ${answer.lineageRef}`;
      });
    });
  withExample(command, 'npx forecastle forecast online-retail --series 85123A');
}

/** At most five, spread evenly, the outer ones among them: what fits in 80 columns. `--json` has all. */
function shownLevels(levels: readonly string[]): readonly string[] {
  const sorted = levels.toSorted((a, b) => Number(a) - Number(b));
  if (sorted.length <= 5) return sorted;
  const picked = Array.from({ length: 5 }, (_, i) => sorted[Math.round((i * (sorted.length - 1)) / 4)]);
  return picked.filter((level) => level !== undefined);
}
