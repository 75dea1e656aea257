import type { Proposal } from '../../domain/dataset-look/proposal.ts';
import { modalities, type ProductsProposal, type ReviewsProposal } from '../../domain/dataset-look/side-files.ts';
import { type DraftLine, flowList, flowMap, scalar } from './draft-yaml.ts';

/** What differs from the usual CSV. */
export interface Dialect {
  readonly encoding?: string;
  readonly decimal?: ',';
  readonly timeFormat?: string;
}

interface SideFile {
  readonly uri: string;
  readonly csv: Dialect;
}

/** Files beside the sales that were looked at. */
export interface SideFiles {
  readonly products?: SideFile & ProductsProposal & {
    /** Where the names of files start, where that is not the file's own folder. */
    readonly folder?: string;
  };
  readonly reviews?: SideFile & ReviewsProposal;
}

export function csvLines(csv: Dialect): DraftLine[] {
  const { encoding, decimal, timeFormat } = csv;
  if (encoding === undefined && decimal === undefined && timeFormat === undefined) return [];
  return [{ text: `    csv: ${flowMap({ encoding, decimal, timeFormat })}`, comment: encoding === undefined ? 'as the numbers and dates are written' : 'the text is not UTF-8; this encoding fits' }];
}

/** `products:` from a file of its own, else from what the sales say of them. */
export function productsLines({ columns: { series, time }, text, media }: Proposal, { products }: SideFiles, sales: readonly DraftLine[]): DraftLine[] {
  if (products !== undefined) {
    return [
      { text: '  products:' },
      { text: `    uri: ${scalar(products.uri)}` }, ...csvLines(products.csv),
      { text: `    key: ${scalar(products.key.value)}`, comment: products.key.reason },
      ...listed('text', products.text),
      ...mediaLines(products.media, products.folder),
      ...listed('static', products.static),
    ];
  }
  if (text === undefined && Object.keys(media).length === 0) return [];
  const [only = ''] = series.value;
  return [
    { text: '  products:', comment: text === undefined ? 'files that show a product' : `texts that describe a product: ${text.reason}` },
    ...sales,
    { text: `    key: ${scalar(only)}` },
    ...(text === undefined ? [] : [{ text: `    text: ${flowList([text.value])}` }]),
    ...mediaLines(media, undefined),
    { text: `    time: ${scalar(time.value)}`, comment: text === undefined ? 'a file is used from the day it was first named' : 'a text is used from the day it was first seen' },
  ];
}

function listed(key: string, columns: ProductsProposal['text']): DraftLine[] {
  if (columns.length === 0) return [];
  return [{ text: `    ${key}: ${flowList(columns.map(({ value }) => value))}`, comment: columns.map(({ value, reason }) => (columns.length === 1 ? reason : `${value}: ${reason}`)).join('; ') }];
}

function mediaLines(media: ProductsProposal['media'], folder: string | undefined): DraftLine[] {
  const lines = modalities.flatMap((kind): DraftLine[] => {
    const column = media[kind];
    return column === undefined ? [] : [{ text: `    ${kind}: ${scalar(column.value)}`, comment: column.reason }];
  });
  return lines.length === 0 || folder === undefined ? lines : [...lines, { text: `    media: { folder: ${scalar(folder)} }`, comment: 'where the files lie' }];
}

export function reviewsLines({ reviews }: SideFiles): DraftLine[] {
  if (reviews === undefined) return [];
  const { uri, csv, key, time, text, rating } = reviews;
  return [
    { text: '  reviews:', comment: 'a review counts from its time on' },
    { text: `    uri: ${scalar(uri)}` }, ...csvLines(csv),
    { text: `    key: ${scalar(key.value)}`, comment: key.reason },
    { text: `    time: ${scalar(time.value)}`, comment: time.reason },
    ...listed('text', text),
    ...(rating === undefined ? [] : [{ text: `    rating: ${scalar(rating.value)}`, comment: rating.reason }]),
  ];
}

/** What becomes numbers: texts, files, reviews. */
export function embeddingLines({ text, media }: Proposal, { products, reviews }: SideFiles): DraftLine[] {
  const hasText = products === undefined ? text !== undefined : products.text.length > 0;
  const files = products === undefined ? media : products.media;
  const lines: DraftLine[] = [
    ...(hasText ? [{ text: '  text: { dims: 8 }', comment: 'each text becomes 8 numbers; its language decides which model reads it' }] : []),
    ...(files.image === undefined ? [] : [{ text: '  image: { dims: 8 }', comment: 'each picture becomes 8 numbers' }]),
    ...(files.audio === undefined ? [] : [{ text: '  audio: { dims: 4 }', comment: 'each sound becomes 4 numbers' }]),
    ...(files.video === undefined ? [] : [{ text: '  video: { dims: 8 }', comment: 'each film becomes 8 numbers' }]),
    ...(reviews === undefined ? [] : [{ text: '  reviews: { dims: 4 }', comment: reviews.text.length === 0 ? 'ratings and counts; without texts nothing else' : 'their meaning, how favourable they are, ratings and counts' }]),
  ];
  return lines.length === 0 ? [] : [{ text: '' }, { text: 'embeddings:' }, ...lines];
}
