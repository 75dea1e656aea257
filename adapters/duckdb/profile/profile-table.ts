import type { PartProfile, TableProfile } from '../../../contracts/profile.ts';
import { numberIn } from '../row-values.ts';
import type { Session } from '../session.ts';
import { parquetFiles } from '../sql-text.ts';
import { mergeProfiles, type ProfileFacts } from './merge-profiles.ts';
import { profilePart } from './profile-part.ts';

export interface ProfileTableRequest extends Omit<ProfileFacts, 'series'> {
  /** Paths of the parts of a sales table, oldest first. */
  readonly files: readonly string[];
  /** Distinct kept series, where they are known already. */
  readonly series?: number;
}

/** What a sales table holds, all parts read anew. With kept part profiles `mergeProfiles` does the same for nothing. */
export async function profileTable(session: Session, { files, series, frequency, meaning }: ProfileTableRequest): Promise<TableProfile> {
  const parts: PartProfile[] = [];
  for (const file of files) parts.push(await profilePart(session, { file, frequency }));
  return mergeProfiles(parts, { frequency, meaning, series: series ?? (await countSeries(session, files)) });
}

async function countSeries(session: Session, files: readonly string[]): Promise<number> {
  return numberIn(await session.row(`SELECT count(DISTINCT series) AS series FROM ${parquetFiles(files)} WHERE kept`), 'series');
}
