import { createHash } from 'node:crypto';
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { root } from './root.mjs';

// Outside of the project: `npm ci` deletes node_modules, and a build replaces dist.
const clone = createHash('sha256').update(root).digest('hex').slice(0, 16);
const file = path.join(os.tmpdir(), `nestjs-kafka-consumer-${clone}.lock`);

/** Runs `work` while no other process of this clone does; takes over the lock of a process that died. */
export async function withLock(work) {
  let isReported = false;
  while (!tryLock()) {
    if (!isReported)
      console.error('Waiting for another npm script that installs or builds in this clone ...');
    isReported = true;
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
  // A link appears with its content; others could see a new file before it is written.
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
  const moved = `${file}.${process.pid}.dead`;
  if (!attempt(() => (renameSync(file, moved), true))) return;
  // Another process may have taken the lock before the rename: give it back.
  if (attempt(() => readFileSync(moved, 'utf8')) !== owner) attempt(() => linkSync(moved, file));
  attempt(() => unlinkSync(moved));
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
