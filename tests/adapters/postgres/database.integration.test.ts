import { afterAll, beforeAll } from 'vitest';

import { freshDatabase } from '../../support/database.ts';
import type { FreshDatabase } from '../../support/database.ts';
import { describeDatabase } from '../contract/database.contract.ts';

let fresh: FreshDatabase;
beforeAll(async () => {
  fresh = await freshDatabase();
});
afterAll(() => fresh.drop());

describeDatabase('PostgreSQL', () => fresh.database);
