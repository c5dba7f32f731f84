import { createHash } from 'node:crypto';
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { root } from './root.mjs';

// Outside of the clone: `npm ci` empties node_modules, a build replaces dist.
const clone = createHash('sha256').update(root).digest('hex').slice(0, 16);
const file = path.join(os.tmpdir(), `nestjs-kafka-consumer-${clone}.lock`);

/** Runs `work` while no other invocation in this clone does; a lock whose owner died is taken over. */
export async function withLock(work) {
  let told = false;
  while (!tryLock()) {
    if (!told) console.error('Waiting for another npm script that installs or builds in this clone ...');
    told = true;
    await delay(200);
  }
  const release = () => attempt(() => unlinkSync(file));
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

function tryLock() {
  // A link appears with its content; a file opened for writing would be seen empty by others.
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  try {
    linkSync(mine, file);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    dropDeadLock();
    return false;
  } finally {
    unlinkSync(mine);
  }
}

function dropDeadLock() {
  const owner = attempt(() => readFileSync(file, 'utf8'));
  if (owner === undefined || isAlive(Number(owner))) return;
  const aside = `${file}.${process.pid}.dead`;
  if (!attempt(() => (renameSync(file, aside), true))) return;
  // Between the look and the rename another process may have taken the lock: give it back.
  if (attempt(() => readFileSync(aside, 'utf8')) !== owner) attempt(() => linkSync(aside, file));
  attempt(() => unlinkSync(aside));
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function attempt(action) {
  try {
    return action();
  } catch {
    return undefined;
  }
}
