import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';

import { mediaTypes } from '../../contracts/artifacts.ts';
import { NotFound } from '../../contracts/failure.ts';
import { forecastSchema } from '../../contracts/http.schema.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { failures, jsonAnswer } from '../describe-route.ts';
import type { ActingEnvironment } from '../guards.ts';
import { notFound, requirePipeline } from '../nearest.ts';
import { requireCandidate } from './candidates.ts';

const tags = ['forecasts'];
const params = z.object({ pipeline: z.string() });
const candidate = z
  .string()
  .min(1)
  .optional()
  .describe('Version or first characters of the digest; the champion when absent.');

const readForecast = createRoute({
  method: 'get',
  path: '/v1/pipelines/{pipeline}/forecasts',
  tags,
  summary: 'The served forecast of one series.',
  request: { params, query: z.object({ series: z.string().min(1), candidate }) },
  responses: { 200: jsonAnswer(forecastSchema, 'One point per period.'), ...failures },
});
const exportForecasts = createRoute({
  method: 'get',
  path: '/v1/pipelines/{pipeline}/forecasts/export',
  tags,
  summary: 'Every series in one file: unique_id, ds, y_hat, q0.1 …',
  request: { params, query: z.object({ format: z.enum(['csv', 'parquet']).default('csv'), candidate }) },
  responses: {
    200: {
      description: 'The file.',
      content: { 'text/csv': { schema: z.string() }, 'application/vnd.apache.parquet': { schema: z.string() } },
    },
    ...failures,
  },
});

interface Version {
  readonly digest: string;
  readonly version: number;
}

export function addForecastRoutes(app: OpenAPIHono<ActingEnvironment>, deps: ApiDependencies): void {
  app.openapi(readForecast, async (c) => {
    const { pipeline } = c.req.valid('param');
    const { series, candidate: ref } = c.req.valid('query');
    await requirePipeline(deps, pipeline);
    const { digest, version } =
      ref === undefined ? await championOf(deps, pipeline) : await requireCandidate(deps, ref, pipeline);
    const points = await deps.forecasts.read({ pipeline, series, candidate: digest });
    const [first] = points;
    if (first === undefined) throw await noForecast(deps, pipeline, series, version);
    return c.json(
      { pipeline, series, candidate: digest, version, points, lineageRef: `${pipeline}/${series}/${first.ds}` },
      200,
    );
  });
  app.openapi(exportForecasts, async (c) => {
    const { pipeline } = c.req.valid('param');
    const { format, candidate: ref } = c.req.valid('query');
    await requirePipeline(deps, pipeline);
    const wanted = await requireCandidate(deps, ref ?? (await championOf(deps, pipeline)).digest, pipeline);
    const headers = {
      'content-type': mediaTypes[format],
      'content-disposition': `attachment; filename="${pipeline}-v${wanted.version}.${format}"`,
    };
    // The framework answers HEAD by this handler and drops the body: a stream that nobody reads would never end.
    if (c.req.raw.method === 'HEAD') return c.body(null, 200, headers);
    const file = await deps.artifacts.fetchFile(wanted.forecasts);
    await mkdir(deps.scratchDir, { recursive: true, mode: 0o700 });
    const folder = await mkdtemp(join(deps.scratchDir, 'export-'));
    const out = join(folder, `forecasts.${format}`);
    const tidy = (): void => void rm(folder, { recursive: true, force: true }).catch(deps.report);
    try {
      await deps.tables.exportForecasts({ file, out, format });
    } catch (error) {
      tidy();
      throw error;
    }
    const stream = createReadStream(out).once('close', tidy);
    return c.body(toWebStream(stream), 200, headers);
  });
}

async function championOf(deps: ApiDependencies, pipeline: string): Promise<Version> {
  const champion = await deps.champions.at(pipeline);
  if (champion !== undefined) return { digest: champion.candidate, version: champion.version };
  throw new NotFound(
    `${pipeline} has no champion yet: approve a proposal (\`npx forecastle proposals list\`), or name a candidate`,
  );
}

async function noForecast(deps: ApiDependencies, pipeline: string, series: string, version: number): Promise<NotFound> {
  const near = await deps.forecasts.seriesOf(pipeline, { prefix: series.slice(0, 2), limit: 1000 });
  const known = near.length > 0 ? near : await deps.forecasts.seriesOf(pipeline, { limit: 10_000 });
  if (known.includes(series))
    return new NotFound(
      `version ${version} of ${pipeline} has no served forecast of "${series}": only promoted candidates serve, and \`forecasts export\` has the others`,
    );
  return notFound(`series in ${pipeline} called`, series, known, 'it serves no series yet');
}

/** Node's own stream as the web's; the types of the two libraries differ in name only. */
function toWebStream(stream: Readable): ReadableStream<Uint8Array> {
  const chunks: AsyncIterator<unknown> = stream[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done === true) controller.close();
      else if (value instanceof Uint8Array) controller.enqueue(new Uint8Array(value));
    },
    cancel() {
      stream.destroy();
    },
  });
}
