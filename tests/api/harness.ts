import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'vitest';

import { createApp } from '../../api/app.ts';
import type { ApiDependencies } from '../../api/dependencies.ts';
import { errorSchema } from '../../contracts/http.schema.ts';
import { actor, createFakes } from './fake-dependencies.ts';

/** Where the API puts exports; it makes the folder itself. Files that export remove it at their end. */
export const scratch = join(tmpdir(), `forecastle-api-${randomUUID()}`);

/** The API over fakes, and two ways to ask it. */
export function setUp(replaced: Partial<ApiDependencies> = {}) {
  const fakes = createFakes(scratch, replaced);
  const app = createApp(fakes.deps);
  const get = (path: string, headers: Record<string, string> = {}) =>
    app.request(`http://localhost${path}`, { headers: { host: 'localhost:8080', ...headers } });
  const post = (path: string, body: unknown = {}, headers: Record<string, string> = actor) =>
    app.request(`http://localhost${path}`, {
      method: 'POST',
      headers: { host: 'localhost:8080', ...headers },
      body: JSON.stringify(body),
    });
  return { ...fakes, app, get, post };
}

/** @returns the one error that an answer with this status carries */
export async function refused(
  answer: Response | Promise<Response>,
  status: number,
): Promise<{ code: string; message: string }> {
  const response = await answer;
  const { error } = errorSchema.strict().parse(await response.json());
  expect({ status: response.status, error }).toEqual({ status, error });
  expect(error.message).not.toContain('\n');
  return error;
}
