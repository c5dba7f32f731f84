import { spawn } from 'node:child_process';
import os from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { onNpmGone } from './parent.mjs';
import { root } from './root.mjs';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** npm forwards a signal that the terminal has already sent to all processes; both arrive within milliseconds. */
const sameSignalMs = 500;
const canaryMs = 100;

/**
 * Runs a program and returns its exit code. A signal reaches it exactly once, because the second one makes the service
 * exit without draining. A canary process in the same process group shows whether the signal was sent to the whole group
 * (Ctrl-C) or only to this process (kill).
 */
export async function runForwardingSignals(command, args, env, isTool = false) {
  // The channel is closed if this process is killed with -9; tools react to that.
  const stdio = ['inherit', 'inherit', 'inherit', ...(isTool ? ['ipc'] : [])];
  const child = spawn(command, args, { cwd: root, env, stdio });
  let canary = spawnCanary();
  const lastSeen = new Map();

  const onSignal = async (signal) => {
    const now = Date.now();
    if (now - (lastSeen.get(signal) ?? 0) < sameSignalMs) return;
    lastSeen.set(signal, now);
    await Promise.race([canary?.exited, delay(canaryMs)]);
    if (canary?.hasExited()) canary = spawnCanary();
    else child.kill(signal);
  };
  for (const signal of signals) process.on(signal, onSignal);
  onNpmGone(() => onSignal('SIGTERM'));

  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve(code ?? 128 + (os.constants.signals[signal] ?? 0)));
    });
  } finally {
    canary?.release();
  }
}

function spawnCanary() {
  if (process.platform === 'win32') return undefined;
  const bird = spawn('cat', [], { stdio: ['pipe', 'ignore', 'ignore'] });
  let gone = false;
  const exited = new Promise((resolve) => {
    bird.once('exit', () => resolve((gone = true)));
    // Without `cat` every signal is forwarded, in the worst case twice.
    bird.once('error', () => undefined);
  });
  bird.stdin.on('error', () => undefined);
  return { exited, hasExited: () => gone, release: () => bird.stdin.end() };
}
