import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { chooseTextModel } from '../../domain/text-language.ts';

const english = ['I love this dress, it is so soft and it fits well.', 'Not for me: the colour was off and they sent the wrong size.'];
const chinese = ['物流很快，质量也不错，下次还会再来。', '屏幕有点小，但是价格便宜。'];

describe.each([
  ['English reviews', english, 'all-MiniLM-L6-v2'],
  ['English product names', ['WHITE HANGING HEART T-LIGHT HOLDER', 'SET OF 3 CAKE TINS', 'JUMBO BAG RED'], 'all-MiniLM-L6-v2'],
  ['Chinese reviews', chinese, 'bge-small-zh-v1.5'],
  ['Chinese product names with foreign brands', ['苹果 iPhone 手机壳', '华为 Mate 60 Pro 保护膜', '耐克 Air Max 跑步鞋'], 'bge-small-zh-v1.5'],
  ['Portuguese reviews', ['Muito bom, o produto chegou antes do prazo.', 'Não recomendo, veio com defeito e não tive resposta.'], 'multilingual-e5-small'],
  ['Portuguese product names', ['Almofada de algodão', 'Mochila para crianças', 'Jogo de cozinha'], 'multilingual-e5-small'],
  ['German reviews', ['Sehr schöne Lampe, aber das Kabel ist zu kurz.', 'Nicht wie auf dem Bild.'], 'multilingual-e5-small'],
  ['Japanese reviews', ['とても良い商品でした。', '配送が早くて助かりました。'], 'multilingual-e5-small'],
  ['Korean reviews', ['배송이 빠르고 상품이 좋아요.'], 'multilingual-e5-small'],
  ['Russian reviews', ['Очень хороший товар.'], 'multilingual-e5-small'],
  ['Arabic reviews', ['منتج جيد جدا'], 'multilingual-e5-small'],
  ['English and Chinese reviews mixed', [...english, ...chinese], 'multilingual-e5-small'],
  ['numbers', ['1234', '5.0'], 'all-MiniLM-L6-v2'],
  ['no texts', [], 'all-MiniLM-L6-v2'],
])('%s', (_, texts, model) => {
  test(`get ${model}`, () => {
    expect(chooseTextModel(texts).model).toBe(model);
  });
});

test('the reason says what was seen', () => {
  expect(chooseTextModel(chinese)).toEqual({ model: 'bge-small-zh-v1.5', reason: '100 % of the signs of 2 texts are Chinese' });
});

test('the first 2,000 distinct texts decide', () => {
  const many = Array.from({ length: 2_000 }, (_, index) => `the lamp number ${index} is very good`);
  expect(chooseTextModel([...many, ...many, ...Array.from({ length: 5_000 }, () => chinese).flat()]).model).toBe('all-MiniLM-L6-v2');
});

test('repetition changes nothing', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 20 }), (texts) => {
      expect(chooseTextModel([...texts, ...texts])).toEqual(chooseTextModel(texts));
    }),
  );
});
