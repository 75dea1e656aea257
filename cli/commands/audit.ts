import type { Command } from 'commander';

import { auditSchema } from '../../contracts/http.schema.ts';
import { withExample } from '../example.ts';
import { count } from '../render/figures.ts';
import { sessionOf } from '../session.ts';
import type { CliDependencies } from '../session.ts';

export function addAuditCommand(program: Command, dependencies: CliDependencies): void {
  const audit = program.command('audit').description('The append-only, hash-chained record of who did what.');
  const command = audit
    .command('verify')
    .description('Recompute the chain. Exit code 1 when a row was changed or removed.')
    .action(async () => {
      const session = sessionOf(command, dependencies);
      const check = await session.api.get('/v1/audit/verify', auditSchema);
      session.print(check, () =>
        check.ok
          ? `ok: ${count(check.rows)} rows, unbroken`
          : `broken at row ${check.broken?.row ?? '?'}: ${check.broken?.reason ?? 'unknown'}`,
      );
      session.exitWith(check.ok ? 0 : 1);
    });
  withExample(command, 'npx forecastle audit verify');
}
