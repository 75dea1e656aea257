import { expect, test } from 'vitest';

import { omitGroups } from '../../../domain/ablation/omit-groups.ts';

test('columns of the groups go from everywhere, and all others stay in their order', () => {
  const spec = {
    shared: [{ name: 'lag_0', group: 'recent sales', meaning: '' }, { name: 'text_1', group: 'text', meaning: '' }, { name: 'image_1', group: 'image', meaning: '' }],
    perStep: [{ name: 'season_sin', group: 'season', meaning: '' }, { name: 'reviews_next', group: 'reviews', meaning: '' }],
    sequence: ['lag_0'], statics: ['text_1', 'image_1'], horizon: 4,
  } as const;
  expect(omitGroups(spec, ['text', 'reviews'])).toEqual({ ...spec, shared: [spec.shared[0], spec.shared[2]], perStep: [spec.perStep[0]], statics: ['image_1'] });
  expect(omitGroups(spec, ['audio'])).toEqual(spec);
});
