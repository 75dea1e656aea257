import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, cpSync, existsSync, lchownSync, lstatSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { z } from 'zod';

import { readJsonFile } from '../../config/stack-file.schema.ts';
import type { StateFiles } from '../../config/state-folder.ts';
import type { ToolchainPaths } from '../toolchain/paths.ts';
import { writeFileAtomically } from './atomic-file.ts';
import { StackError } from './stack-error.ts';

/**
 * PostgreSQL refuses to run as root. For root there are three ways, tried in this order:
 * `uid` — under the unprivileged `nobody`, where that user can reach binaries and data;
 * `namespace` — in a user namespace without an id map: PostgreSQL sees itself as nobody, the file system still sees root, so
 * it works inside folders that only root may enter;
 * `copied` — binaries and data in a folder of nobody's outside, where neither works.
 * Everybody else runs it `plain`.
 */
const placementSchema = z.object({
  mode: z.enum(['plain', 'uid', 'namespace', 'copied']),
  binDir: z.string(),
  dataDir: z.string(),
  uid: z.number().optional(),
  gid: z.number().optional(),
  /** A folder outside the state folder that `reset` must remove too. */
  outside: z.string().optional(),
});
export type PostgresPlacement = z.infer<typeof placementSchema>;

/**
 * Decides where PostgreSQL's data lies and under whom it runs. Data that exist stay where they are; only who runs it is
 * found out anew, since a clone may have been moved or its folders' modes changed.
 */
export function placePostgres(files: StateFiles, tools: ToolchainPaths): PostgresPlacement {
  const kept = readPlacement(files);
  const placement = kept?.mode === 'copied' ? copied(files, tools, kept) : chooseInPlace(files, tools) ?? copied(files, tools, kept);
  writeFileAtomically(files.postgresPlacement, `${JSON.stringify(placement, undefined, 2)}\n`);
  return placement;
}

export function readPlacement(files: StateFiles): PostgresPlacement | undefined {
  return readJsonFile(files.postgresPlacement, placementSchema);
}

/** The command that runs one of PostgreSQL's binaries as the placement wants. */
export function postgresCommand(
  placement: PostgresPlacement,
  binary: 'initdb' | 'postgres',
  args: readonly string[],
): { file: string; args: readonly string[]; uid?: number; gid?: number } {
  const file = join(placement.binDir, binary);
  if (placement.mode === 'namespace') return { file: 'unshare', args: ['--user', '--', file, ...args] };
  return { file, args, ...(placement.uid !== undefined && { uid: placement.uid }), ...(placement.gid !== undefined && { gid: placement.gid }) };
}

function chooseInPlace(files: StateFiles, tools: ToolchainPaths): PostgresPlacement | undefined {
  const dataDir = join(files.stateDir, 'postgres');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const plain = { mode: 'plain', binDir: tools.postgresBinDir, dataDir } as const;
  if (process.getuid?.() !== 0) return plain;
  const nobody = unprivilegedUser();
  giveTo(dataDir, nobody);
  const asNobody = { ...plain, mode: 'uid', ...nobody } as const;
  if (canRun(asNobody)) return asNobody;
  giveTo(dataDir, { uid: 0, gid: 0 });
  const inNamespace = { ...plain, mode: 'namespace' } as const;
  return canRun(inNamespace) ? inNamespace : undefined;
}

function copied(files: StateFiles, tools: ToolchainPaths, kept: PostgresPlacement | undefined): PostgresPlacement {
  const nobody = unprivilegedUser();
  const name = `forecastle-postgres-${createHash('sha256').update(files.stateDir).digest('hex').slice(0, 12)}`;
  // /var/tmp outlives a reboot, /tmp may not.
  const outside = kept?.outside ?? join(existsSync('/var/tmp') ? '/var/tmp' : tmpdir(), name);
  const dataDir = join(outside, 'data');
  mkdirSync(outside, { recursive: true, mode: 0o755 });
  if (lstatSync(outside).uid !== 0) throw new StackError(`${outside} belongs to another user: remove it, or set DATABASE_URL`);
  chmodSync(outside, 0o755);
  // Of another folder's making, or of an older version: binaries are cheap to copy and must match the data.
  cpSync(join(tools.postgresPackageDir, 'native'), join(outside, 'native'), { recursive: true, verbatimSymlinks: true, force: true });
  const inPlace = join(files.stateDir, 'postgres');
  if (!existsSync(dataDir) && existsSync(join(inPlace, 'PG_VERSION'))) cpSync(inPlace, dataDir, { recursive: true });
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  giveTo(dataDir, nobody);
  const placement = { mode: 'copied', binDir: join(outside, 'native', 'bin'), dataDir, ...nobody, outside } as const;
  if (canRun(placement)) return placement;
  throw new StackError(
    `PostgreSQL can't run for root here: user ${nobody.uid} can't use ${outside}. Start as an ordinary user, or set DATABASE_URL`,
  );
}

function canRun(placement: PostgresPlacement): boolean {
  const shell = '"$1" --version >/dev/null && test -w "$2" && test -x "$2"';
  const { file, args, ...ids } = postgresCommand(placement, 'postgres', []);
  const inner = ['-c', shell, 'sh', join(placement.binDir, 'postgres'), placement.dataDir];
  const [command, all] = placement.mode === 'namespace' ? [file, [...args.slice(0, 2), '/bin/sh', ...inner]] : ['/bin/sh', inner];
  return spawnSync(command, all, { ...ids, cwd: '/', stdio: 'ignore' }).status === 0;
}

/** `nobody`: PostgreSQL wants a user with an entry in the password file. */
function unprivilegedUser(): { uid: number; gid: number } {
  const entry = readFileSync('/etc/passwd', 'utf8').split('\n').find((line) => line.startsWith('nobody:'));
  const [, , uid, gid] = entry?.split(':') ?? [];
  if (uid === undefined || gid === undefined) {
    throw new StackError('PostgreSQL refuses to run as root, and there is no user "nobody" to run it: start as an ordinary user, or set DATABASE_URL');
  }
  return { uid: Number(uid), gid: Number(gid) };
}

function giveTo(path: string, owner: { uid: number; gid: number }): void {
  const stat = lstatSync(path);
  if (stat.isDirectory()) for (const name of readdirSync(path)) giveTo(join(path, name), owner);
  if (stat.uid === owner.uid && stat.gid === owner.gid) return;
  if (stat.isSymbolicLink()) lchownSync(path, owner.uid, owner.gid);
  else chownSync(path, owner.uid, owner.gid);
}
