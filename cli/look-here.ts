import { mkdtemp, opendir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

import { lookAtDataset, type Looked } from '../adapters/duckdb/look/look-at-dataset.ts';
import { lookBeside, type LookedBeside } from '../adapters/duckdb/look/look-beside.ts';
import { createSessions } from '../adapters/duckdb/session.ts';
import { BadInput } from '../contracts/failure.ts';
import { proposeProducts } from '../domain/dataset-look/propose-products.ts';
import { proposeReviews } from '../domain/dataset-look/propose-reviews.ts';
import type { ProductsProposal } from '../domain/dataset-look/side-files.ts';
import type { SideFiles } from './render/draft-products.ts';

/** Files to look at, as they will stand in the pipeline file. */
export interface FilesToLookAt {
  readonly sales: string;
  readonly products: string | undefined;
  readonly reviews: string | undefined;
}

const memoryLimitMiB = 1024;

/** Looks at files in this process; nothing is left behind. Throws `BadInput` or `DatasetMissing`. */
export async function lookHere({ sales, products, reviews }: FilesToLookAt, baseFolder: string, signal: AbortSignal): Promise<Looked & { readonly beside: SideFiles }> {
  const scratch = await mkdtemp(join(tmpdir(), 'forecastle-init-'));
  const sessions = createSessions({ memoryLimitMiB, threads: 2, tempFolder: join(scratch, 'duckdb') });
  try {
    return await sessions.use(signal, async (duckdb) => {
      const request = (uri: string, name: string) => ({ uri, baseFolder, scratch: join(scratch, name), signal });
      const looked = await lookAtDataset(duckdb, request(sales, 'sales'));
      return {
        ...looked,
        beside: {
          ...(products !== undefined && { products: await productsIn(products, await lookBeside(duckdb, request(products, 'products')), baseFolder) }),
          ...(reviews !== undefined && { reviews: reviewsIn(reviews, await lookBeside(duckdb, request(reviews, 'reviews'))) }),
        },
      };
    });
  } finally {
    await sessions.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

async function productsIn(uri: string, { look, csv }: LookedBeside, baseFolder: string): Promise<NonNullable<SideFiles['products']>> {
  const found = proposeProducts(look);
  if ('lacking' in found) throw new BadInput(`--products ${uri}: ${found.lacking}; name a file with a row for each product`);
  const folder = await mediaFolder(uri, found, { look, csv }, baseFolder);
  return { uri, csv, ...found, ...(folder !== undefined && { folder }) };
}

function reviewsIn(uri: string, { look, csv }: LookedBeside): NonNullable<SideFiles['reviews']> {
  const found = proposeReviews(look);
  if ('lacking' in found) throw new BadInput(`--reviews ${uri}: ${found.lacking}; name a file with a row for each review`);
  return { uri, csv: { ...csv, ...(found.assumedFormat !== undefined && { timeFormat: found.assumedFormat }) }, ...found };
}

const mostFolders = 100;

/** The folder beside a local table that has the files it names, where its own has not; relative to the pipeline file. */
async function mediaFolder(uri: string, { media }: ProductsProposal, { look }: LookedBeside, baseFolder: string): Promise<string | undefined> {
  const column = Object.values(media)[0]?.value;
  const name = look.columns.find((one) => one.name === column)?.text?.top[0]?.value;
  if (name === undefined || /^[a-z][a-z0-9+.-]*:\/\/|^\/|\0/i.test(name) || /^[a-z][a-z0-9+.-]*:\/\//i.test(uri)) return undefined;
  const own = dirname(resolve(baseFolder, uri));
  const isThere = (path: string): Promise<boolean> => stat(path).then((found) => found.isFile(), () => false);
  if (await isThere(join(own, name))) return undefined;
  const entries = await opendir(own).catch(() => undefined);
  if (entries === undefined) return undefined;
  const folders: string[] = [];
  for await (const entry of entries) if (entry.isDirectory() && folders.length < mostFolders) folders.push(entry.name);
  for (const folder of folders.sort()) if (await isThere(join(own, folder, name))) return join(dirname(uri), folder);
  return undefined;
}
