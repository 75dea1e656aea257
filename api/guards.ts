import { createHash, timingSafeEqual } from 'node:crypto';

import type { MiddlewareHandler } from 'hono';

import { failureBody } from './failure-response.ts';

/**
 * Refuses requests that a web page sent through the person's browser: a foreign Host (DNS rebinding) or a foreign Origin (CSRF).
 * `hosts` empty: any Host, as behind a proxy; the Origin must still be the Host's own.
 */
export function refuseForeignPages(hosts: readonly string[]): MiddlewareHandler {
  return async (c, next) => {
    const host = c.req.header('host') ?? '';
    if (hosts.length > 0 && !hosts.includes(nameOf(host))) {
      return c.json(failureBody('Forbidden', `this API answers to ${hosts.join(', ')}, not to "${host}"`), 403);
    }
    const origin = c.req.header('origin');
    if (origin !== undefined && hostOf(origin) !== host) {
      return c.json(
        failureBody('Forbidden', `requests from pages of ${origin} are refused: use the API's own address`),
        403,
      );
    }
    return next();
  };
}

/** `localhost:8080` and `[::1]:8080` without the port. */
function nameOf(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase();
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

export interface ActingEnvironment {
  Variables: { actor: string };
}

/** Whoever changes something shows the key and says who they are. */
export function requireKeyAndActor(key: string): MiddlewareHandler<ActingEnvironment> {
  return async (c, next) => {
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
    const given = /^Bearer (.+)$/.exec(c.req.header('authorization') ?? '')?.[1];
    if (given === undefined || !isSame(given, key)) {
      const message =
        given === undefined
          ? 'a key is needed: send `Authorization: Bearer <FORECASTLE_API_KEY>`'
          : 'the key is wrong: FORECASTLE_API_KEY must be the one the API was started with';
      return c.json(failureBody('Unauthorized', message), 401);
    }
    const actor = decode(c.req.header('x-forecastle-user') ?? '')?.trim();
    if (!actor || actor.length > 200 || /\p{Cc}/u.test(actor)) {
      return c.json(
        failureBody(
          'BadInput',
          'who acts? Send the name in `X-Forecastle-User` (percent-encoded, 200 characters at most)',
        ),
        400,
      );
    }
    c.set('actor', actor);
    return next();
  };
}

/** Headers carry Latin letters only, so names come percent-encoded. */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // a stray percent sign: not a name we can keep
  }
}

function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
