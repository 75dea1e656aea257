import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { embeddedPostgresUrl, onDatabase } from '../../../config/postgres-url.ts';
import { readStackFile } from '../../../config/stack-file.schema.ts';
import { stateFiles } from '../../../config/state-folder.ts';
import { down } from '../../../infra/local/down.ts';
import { readPlacement } from '../../../infra/local/postgres-placement.ts';
import { reset } from '../../../infra/local/reset.ts';
import { loadOrCreateSecrets } from '../../../infra/local/secrets.ts';
import { up } from '../../../infra/local/up.ts';
import { packageRoot } from '../../../infra/toolchain/paths.ts';
import { runCommand } from '../../../infra/toolchain/run-command.ts';
import { environmentWithoutServers } from '../../support/stack.ts';

const isRoot = process.getuid?.() === 0;
const someone = 12_345;

let folder: string;
let stateDir: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'forecastle-users-'));
  stateDir = join(folder, 'state');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function query(sql: string): Promise<unknown[]> {
  const port = readStackFile(stateFiles(stateDir).stack)?.services.postgres?.port ?? 0;
  const { postgresPassword } = loadOrCreateSecrets(stateFiles(stateDir).secrets);
  const client = new pg.Client({ connectionString: onDatabase(embeddedPostgresUrl(port, postgresPassword), 'forecastle') });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

const start = () => up({ stateDir, env: environmentWithoutServers(), services: ['postgres'] });

describe.runIf(isRoot)('PostgreSQL for root (only root can try)', () => {
  test.each([
    ['uid', 'a folder that everybody may pass', () => chmodSync(folder, 0o755)],
    ['namespace', 'a folder that only root may enter', () => chmodSync(folder, 0o700)],
    ['copied', 'a folder that only another user may enter', () => {
      chownSync(folder, someone, someone);
      chmodSync(folder, 0o700);
    }],
  ] as const)('runs by way of "%s" in %s, and keeps its data over a restart', async (mode, _, arrange) => {
    arrange();
    await start();
    const placement = readPlacement(stateFiles(stateDir));
    expect(placement?.mode).toBe(mode);
    await query('create table kept as select 42 as answer');
    await down({ stateDir });
    await start();
    expect(await query('select answer from kept')).toEqual([{ answer: 42 }]);
    await reset({ stateDir, force: true });
    expect(existsSync(stateDir)).toBe(false);
    if (placement?.outside !== undefined) expect(existsSync(placement.outside)).toBe(false);
  });

  test('data move from one way to the other when the folder’s mode changes', async () => {
    chmodSync(folder, 0o700);
    await start();
    await query('create table kept as select 42 as answer');
    await down({ stateDir });
    chmodSync(folder, 0o755);
    await start();
    expect(readPlacement(stateFiles(stateDir))?.mode).toBe('uid');
    expect(await query('select answer from kept')).toEqual([{ answer: 42 }]);
    await reset({ stateDir, force: true });
  });
});

describe.runIf(isRoot)('an ordinary user (only root can become one)', () => {
  test('starts and stops PostgreSQL and Temporal under the user’s own id', async () => {
    // One that the password file knows: PostgreSQL insists.
    const user = Number(await runCommand('id', ['-u', 'nobody']));
    mkdirSync(stateDir);
    for (const path of [folder, stateDir]) chownSync(path, user, user);
    const url = (file: string): string => pathToFileURL(join(packageRoot, 'dist', 'infra', 'local', file)).href;
    const script = `
      const { up } = await import('${url('up.js')}');
      const { down } = await import('${url('down.js')}');
      const { services } = await up({ services: ['postgres', 'temporal'] });
      const { readFileSync } = await import('node:fs');
      const owner = (pid) => Number(/^Uid:\\s+(\\d+)/m.exec(readFileSync('/proc/' + pid + '/status', 'utf8'))[1]);
      console.log(JSON.stringify([owner(services.postgres.pid), owner(services.temporal.pid)]));
      await down();`;
    const output = await runCommand(process.execPath, ['--input-type=module', '--eval', script], {
      uid: user,
      gid: user,
      cwd: '/',
      env: { ...environmentWithoutServers(), HOME: folder, FORECASTLE_STATE: stateDir },
    });
    expect(JSON.parse(output)).toEqual([user, user]);
    expect(statSync(stateFiles(stateDir).secrets)).toMatchObject({ uid: user });
    expect(JSON.parse(readFileSync(stateFiles(stateDir).stack, 'utf8'))).toMatchObject({ state: 'stopped' });
  });
});
