import { readFileSync } from 'node:fs';

const pollMs = 500;

/**
 * Calls back once npm, which started this process, is gone. npm passes a SIGTERM on to the shell between the
 * two, which dies of it without a word; kill -9 of npm leaves even the shell. Without npm nothing is watched:
 * `nohup node tools/run.mjs start &` is meant to outlive its parent.
 */
export function onNpmGone(callback) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const npm = isShell(parent) ? parentOf(parent) : undefined;
  const timer = setInterval(() => {
    if (process.ppid === parent && (npm === undefined || parentOf(parent) === npm)) return;
    clearInterval(timer);
    callback();
  }, pollMs);
  timer.unref();
}

function isShell(pid) {
  return /^(ba|da|a|z|k)?sh$/.test(stat(pid)?.name ?? '');
}

function parentOf(pid) {
  return stat(pid)?.parent;
}

/** Linux only; elsewhere the direct parent is all that is watched. */
function stat(pid) {
  try {
    const [, name, parent] = /^\d+ \((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return { name, parent: Number(parent) };
  } catch {
    return undefined;
  }
}
