import { createMemoryDatabase } from '../../../adapters/memory/database.ts';
import { describeDatabase } from '../contract/database.contract.ts';

const database = createMemoryDatabase();
describeDatabase('memory', () => database);
