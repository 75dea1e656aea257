import { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';

import type { ApiDependencies } from './dependencies.ts';
import { expectedFailure, failureBody } from './failure-response.ts';
import { refuseForeignPages, requireKeyAndActor } from './guards.ts';
import type { ActingEnvironment } from './guards.ts';
import { addCandidateRoutes } from './routes/candidates.ts';
import { addChampionRoutes } from './routes/champions.ts';
import { addForecastRoutes } from './routes/forecasts.ts';
import { addLineageRoutes } from './routes/lineage.ts';
import { addOperationRoutes } from './routes/health.ts';
import { addProposalRoutes } from './routes/proposals.ts';
import { addRunRoutes } from './routes/runs.ts';
import { addSnapshotRoutes } from './routes/snapshots.ts';
import { addValidationRoutes } from './routes/validation.ts';

/** A pipeline file is a few KiB; nothing else is sent here. */
const maxBodyBytes = 1_048_576;

/** The HTTP API over its dependencies; `server.ts` listens. */
export function createApp(deps: ApiDependencies): OpenAPIHono<ActingEnvironment> {
  const app = new OpenAPIHono<ActingEnvironment>({
    defaultHook: (result, c) => {
      if (result.success) return undefined;
      const [issue] = result.error.issues;
      const path = issue?.path.join('.') ?? '';
      const keys = issue?.code === 'unrecognized_keys' ? `: ${issue.keys.join(', ')}` : '';
      return c.json(
        failureBody(
          'BadInput',
          `${result.target}${path === '' ? '' : ` ${path}`}: ${issue?.message ?? 'not understood'}${keys && !issue?.message.includes('"') ? keys : ''}`,
        ),
        400,
      );
    },
  });
  app.use(refuseForeignPages(deps.hosts));
  app.use(requireKeyAndActor(deps.key));
  app.use(
    bodyLimit({
      maxSize: maxBodyBytes,
      onError: (c) => c.json(failureBody('BadInput', `the body is larger than ${maxBodyBytes} bytes`), 413),
    }),
  );
  addRunRoutes(app, deps);
  addCandidateRoutes(app, deps);
  addProposalRoutes(app, deps);
  addChampionRoutes(app, deps);
  addForecastRoutes(app, deps);
  addLineageRoutes(app, deps);
  addSnapshotRoutes(app, deps);
  addValidationRoutes(app, deps);
  addOperationRoutes(app, deps);
  app.openAPIRegistry.registerComponent('securitySchemes', 'key', { type: 'http', scheme: 'bearer' });
  app.openAPIRegistry.registerComponent('securitySchemes', 'user', {
    type: 'apiKey',
    in: 'header',
    name: 'X-Forecastle-User',
    description: 'Who acts, percent-encoded.',
  });
  app.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'Forecastle',
      version: deps.version,
      description: 'Runs, candidates, proposals, decisions, champions, forecasts, lineage and snapshots.',
    },
  });
  app.notFound((c) =>
    c.json(failureBody('NotFound', `no route ${c.req.method} ${c.req.path}: /openapi.json lists them`), 404),
  );
  app.onError((error, c) => {
    const expected = expectedFailure(error);
    if (expected !== undefined) return c.json(expected.body, expected.status);
    if (error instanceof HTTPException)
      return c.json(failureBody('BadInput', error.message || 'the request is not understood'), error.status);
    deps.report(error);
    return c.json(failureBody('Unexpected', 'the API failed unexpectedly; its log says why'), 500);
  });
  return app;
}
