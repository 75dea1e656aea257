import { spawnSync } from 'node:child_process';
import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

// As infra/local/pid-lock.ts, for what runs before anything is compiled.

/** A lock of a version that wrote its number alone: no build takes that long. */
const forgottenAfterMs = 10 * 60 * 1000;

/** Runs `work` while no other process of this clone runs its own under the same file. */
export async function withLock(file, work) {
  let told = false;
  while (!tryLock(file)) {
    if (!told) console.error(`another build is at work here; waiting for it (${file})`);
    told = true;
    await delay(200);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function tryLock(file) {
  if (create(file, `${process.pid} ${startTimeOf(process.pid)}\n`)) return true;
  const content = readIfThere(file);
  if (content !== undefined && !isHeld(file, content)) removeStale(file, content);
  return false;
}

/** A link appears with its content, so nobody reads a lock that is half written. @returns {boolean} false when there is one already */
function create(file, content) {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, content);
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/** Process numbers are reused: the number alone never says that it is still the build. */
function isHeld(file, content) {
  const [pid, ...words] = content.trim().split(' ');
  const startTime = startTimeOf(Number(pid));
  if (startTime === undefined) return false;
  return words.length > 0 ? words.join(' ') === startTime : ageOf(file) < forgottenAfterMs;
}

/** Takes the file away and looks again: another process may have replaced the stale lock by its own in between. */
function removeStale(file, stale) {
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return; // another one was faster
    throw error;
  }
  const content = readIfThere(aside);
  if (content !== undefined && content !== stale) create(file, content);
  rmSync(aside, { force: true });
}

function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined; // released in between
    throw error;
  }
}

function ageOf(file) {
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined ? Infinity : Date.now() - found.mtimeMs;
}

/** When the process started, in the operating system's own words; undefined when there is none or only its remains. */
function startTimeOf(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  if (process.platform !== 'linux') return spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim() || undefined;
  const stat = readStat(pid);
  // The name in parentheses may hold spaces; the fields start after it: state is the 3rd of all, starttime the 22nd.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields === undefined || fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

function readStat(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined; // no such process
  }
}
