import fc from 'fast-check';
import { expect, test } from 'vitest';

import { nameWords } from '../../../domain/dataset-look/name-words.ts';
import { nameScore, saysCancelled, saysService } from '../../../domain/dataset-look/vocabulary.ts';

test.each([
  ['UnitPrice', ['unit', 'price']], ['unit_price', ['unit', 'price']], ['Stückpreis', ['stuckpreis']], ['SKUCode', ['sku', 'code']], ['order2ID', ['order', '2', 'id']], ['商品编码', ['商品编码']], ['', []],
])('%s is taken apart into words', (name, words) => {
  expect(nameWords(name)).toEqual(words);
});

test('case, separators and accents change no score', () => {
  const roles = ['series', 'time', 'target', 'price'] as const;
  fc.assert(fc.property(fc.constantFrom(...roles), fc.array(fc.constantFrom('unit', 'price', 'quantity', 'date', 'order', 'product', 'code'), { minLength: 1, maxLength: 3 }), (role, words) => {
    const capital = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1));
    const scores = [words.join('_'), words.join(' '), words.join('-').toUpperCase(), capital.join('')].map((name) => nameScore(role, name));
    expect(new Set(scores).size).toBe(1);
  }));
});

test.each(['Cancelled', 'order canceled', 'RETURNED', 'storniert', '已取消', 'devolvido', 'Refunded'])('%s says that a sale was undone', (value) => {
  expect(saysCancelled(value)).toBe(true);
});

test.each(['shipped', 'delivered', 'open', '', 'paid'])('"%s" does not', (value) => {
  expect(saysCancelled(value)).toBe(false);
});

test('services are told from products', () => {
  expect(['POST', 'BANK CHARGES', 'DOTCOM POSTAGE', 'Versand', '运费'].map(saysService)).toEqual([true, true, true, true, true]);
  expect(['WHITE METAL LANTERN', '85123A', ''].map(saysService)).toEqual([false, false, false]);
});
