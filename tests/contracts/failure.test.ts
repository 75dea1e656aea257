import { expect, test } from 'vitest';

import { BadInput, failureOf, isFailureCode, ServiceUnavailable } from '../../contracts/failure.ts';

test('a failure that travelled as code and message is of its class again', () => {
  const cause = new Error('as it arrived');
  const failure = failureOf('BadInput', 'sales.csv row 3: no date', { cause });
  expect(failure).toBeInstanceOf(BadInput);
  expect(failure).toMatchObject({ name: 'BadInput', retryable: false, message: 'sales.csv row 3: no date', cause });
  expect(failureOf('ServiceUnavailable', 'away')).toBeInstanceOf(ServiceUnavailable);
});

test('only our own codes are codes', () => {
  expect(isFailureCode('DecisionRefused')).toBe(true);
  for (const text of ['', 'badinput', 'toString', '__proto__', 'Bug']) expect(isFailureCode(text)).toBe(false);
});
