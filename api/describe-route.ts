import type { z } from '@hono/zod-openapi';

import { errorSchema } from '../contracts/http.schema.ts';

/** `{ content: { 'application/json': { schema } }, description }` */
export function jsonAnswer<T extends z.ZodType>(schema: T, description: string) {
  return { description, content: { 'application/json': { schema } } };
}

export function jsonBody<T extends z.ZodType>(schema: T) {
  return { required: true, content: { 'application/json': { schema } } };
}

const failure = (description: string) => jsonAnswer(errorSchema, description);

/** What any route may answer; thrown, so that the handlers' types name only the good answers. */
export const failures = {
  400: failure('The request is wrong; the message says what to change.'),
  403: failure('Sent by a foreign web page.'),
  404: failure('No such thing; the message names the nearest right one.'),
  503: failure('A server behind the API does not answer; try again.'),
};

export const changeFailures = {
  ...failures,
  401: failure('No key, or a wrong one.'),
  409: failure('Refused: the state, a gate or a rule does not allow it.'),
};

export const changesNeedKey = { security: [{ key: [], user: [] }] };
