/** What products can be known by besides numbers. */
export type ModalityGroup = 'text' | 'image' | 'audio' | 'video';

/** One column of an origin table and what it means to a person; explanations and ablations go by `group`. */
export interface FeatureDefinition {
  readonly name: string;
  readonly group: 'recent sales' | 'season' | 'price' | 'market' | 'history' | ModalityGroup | 'reviews';
  readonly meaning: string;
}
