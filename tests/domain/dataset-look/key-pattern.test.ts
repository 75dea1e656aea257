import fc from 'fast-check';
import { expect, test } from 'vitest';

import { productKeyPattern } from '../../../domain/dataset-look/key-pattern.ts';

const products = Array.from({ length: 200 }, (_, i) => ({ key: `${String(20_000 + i)}${i % 9 === 0 ? 'A' : ''}`, rows: 50 }));
const services = [{ key: 'POST', rows: 40, text: 'POSTAGE' }, { key: 'BANK CHARGES', rows: 5 }, { key: 'M', rows: 10, text: 'Manual' }];

test('keys of one form are told from services, corrections and tests', () => {
  const found = productKeyPattern([...products, ...services]);
  expect(found).toMatchObject({ pattern: '^[0-9]{5}[A-Z]{0,1}$', others: ['POST', 'M', 'BANK CHARGES'], otherKeys: 3 });
});

test('keys of several forms, and others that may be products, are left alone', () => {
  expect(productKeyPattern(products)).toBeUndefined();
  expect(productKeyPattern([...products, ...products.map(({ rows }, i) => ({ key: `SKU-${String(i)}`, rows }))])).toBeUndefined();
  expect(productKeyPattern([...products, { key: 'CHAIR', rows: 3 }, { key: 'TABLE', rows: 3 }])).toBeUndefined();
  expect(productKeyPattern([])).toBeUndefined();
});

test('the pattern fits what is said to fit, and none of the others', () => {
  fc.assert(fc.property(fc.array(fc.record({ key: fc.stringMatching(/^[0-9]{4}[A-Z]{0,2}$/), rows: fc.integer({ min: 50, max: 90 }) }), { minLength: 40, maxLength: 80 }), (keys) => {
    const found = productKeyPattern([...keys, { key: 'POST', rows: 1 }, { key: 'FEE', rows: 1 }]);
    const pattern = new RegExp(found?.pattern ?? 'none');
    expect(keys.every(({ key }) => pattern.test(key))).toBe(true);
    expect((found?.others ?? []).some((key) => pattern.test(key))).toBe(false);
  }));
});
