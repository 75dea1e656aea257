import type { RunValidationView } from '../../contracts/http.schema.ts';
import type { Colors } from '../terminal.ts';
import { renderPairs } from './table.ts';

/** What the rules found: those that hold in one line, each broken one with its figures. */
export function renderValidation({ results }: RunValidationView, colors: Colors, columns: number): string {
  const broken = results.filter(({ holds }) => !holds);
  const held = results.length - broken.length;
  const pairs: [string, string][] = [['rules', `${held} of ${results.length} hold`]];
  for (const { severity, rule, found } of broken) {
    const mark = severity === 'block' ? colors.red('✗ blocked by') : colors.yellow('! warning');
    pairs.push(['', `${mark} ${rule}: ${found}`]);
  }
  return renderPairs(pairs, colors, columns);
}
