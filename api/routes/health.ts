import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';

import { auditSchema, healthSchema } from '../../contracts/http.schema.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { failures, jsonAnswer } from '../describe-route.ts';
import type { ActingEnvironment } from '../guards.ts';

const health = createRoute({
  method: 'get',
  path: '/healthz',
  tags: ['operations'],
  summary: 'Whether the API and the servers behind it answer.',
  responses: { 200: jsonAnswer(healthSchema, 'All answer.'), 503: jsonAnswer(healthSchema, 'Some do not.') },
});
const verifyAudit = createRoute({
  method: 'get',
  path: '/v1/audit/verify',
  tags: ['operations'],
  summary: 'Recompute the hash chain of the audit table.',
  responses: { 200: jsonAnswer(auditSchema, 'Whether it holds, and where it does not.'), ...failures },
});

/** A server that is slower than this does not answer. */
const patienceMs = 3000;

export function addOperationRoutes(app: OpenAPIHono<ActingEnvironment>, deps: ApiDependencies): void {
  const told = new Map<string, string | undefined>();
  app.openapi(health, async (c) => {
    const checks = Object.fromEntries(
      await Promise.all(Object.entries(deps.health).map(async ([name, check]) => [name, await look(check)] as const)),
    );
    for (const [name, { error }] of Object.entries(checks)) {
      // Once per change: the one who polls need not be the one who reads the log.
      if (told.get(name) !== error && error !== undefined) deps.report(new Error(`health of ${name}: ${error}`));
      told.set(name, error);
    }
    const isWell = Object.values(checks).every(({ ok }) => ok);
    const body = { status: isWell ? ('ok' as const) : ('degraded' as const), version: deps.version, checks };
    return isWell ? c.json(body, 200) : c.json(body, 503);
  });
  app.openapi(verifyAudit, async (c) => c.json(await deps.audit.verify(), 200));
}

async function look(check: () => Promise<unknown>): Promise<{ ok: boolean; error?: string }> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patienceMs / 1000} s`)), patienceMs);
  });
  try {
    await Promise.race([check(), timeout]);
    return { ok: true };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
