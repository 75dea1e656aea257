export { champion } from './champion.ts';
export { retrain } from './retrain.ts';
export { search } from './search.ts';
