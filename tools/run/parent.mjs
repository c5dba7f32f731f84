import { readFileSync } from 'node:fs';

const pollMs = 500;

/**
 * Calls back once npm, which started this process, has ended. npm forwards SIGTERM only to the shell in between, which
 * does not forward it; kill -9 of npm does not even end the shell. Without npm nothing is watched, since
 * `nohup node tools/run.mjs start &` should outlive its parent.
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

/** Only on Linux; elsewhere only the direct parent is watched. */
function stat(pid) {
  try {
    const [, name, parent] = /^\d+ \((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return { name, parent: Number(parent) };
  } catch {
    return undefined;
  }
}
