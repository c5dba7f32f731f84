import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { afterwards, keep } from './keeper.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'keeper-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('keep', () => {
  it('keep reports the exit code of a program that ends by itself', async () => {
    const kept = await keep({ command: 'sh', args: ['-c', 'exit 7'] });
    expect(await kept.ended).toBe(7);
  });

  it('keep reports the end of a program that was killed', async () => {
    const kept = await keep({ command: 'sleep', args: ['60'] });
    process.kill(kept.pid, 'SIGTERM');
    expect(await kept.ended).toBe(128 + 15);
  });

  it('keep passes on the output of the program', async () => {
    const kept = await keep({ command: 'echo', args: ['a "quoted" $word'] });
    const lines: string[] = [];
    if (kept.output) for await (const line of createInterface({ input: kept.output })) lines.push(line);
    expect(lines).toEqual(['a "quoted" $word']);
  });
});

describe('afterwards', () => {
  it('afterwards runs its command when the returned function is called', async () => {
    await afterwards('rm', '-rf', '--', folder)();
    expect(existsSync(folder)).toBe(false);
  });
});

describe('after kill -9 of the owner', () => {
  it('neither the program nor its folder is left after kill -9 of the owner', async () => {
    const { owner, pid } = await startOwner();
    process.kill(owner, 'SIGKILL');
    await until(() => !isAlive(pid) && !existsSync(folder));
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(folder)).toBe(false);
  });
});

describe('a keeper that is told to end itself', () => {
  it('a keeper that receives a signal stays until its program has ended', async () => {
    const kept = await keep({ command: 'sleep', args: ['60'] });
    const keeper = parentOf(kept.pid);
    for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.kill(keeper, signal);
    process.kill(kept.pid, 'SIGTERM');
    expect(await kept.ended).toBe(128 + 15);
  });
});

/** The id of a process's parent, from the kernel. */
function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

/** A process with a keeper for a suspended program, which ignores SIGTERM, and for the folder. */
async function startOwner(): Promise<{ owner: number; pid: number }> {
  const keeper = fileURLToPath(new URL('keeper.ts', import.meta.url));
  const code = `
    const { afterwards, keep } = await import(${JSON.stringify(keeper)});
    afterwards('rm', '-rf', '--', ${JSON.stringify(folder)});
    const { pid } = await keep({ command: 'sleep', args: ['60'] });
    process.kill(pid, 'SIGSTOP');
    console.log(pid);
  `;
  const flags = ['--experimental-strip-types', '--input-type=module'];
  const owner = spawn(process.execPath, [...flags, '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: owner.stdout })) {
    return { owner: owner.pid ?? 0, pid: Number(line) };
  }
  throw new Error('The owner did not start.');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 4_000;
  while (!condition() && Date.now() < deadline) await delay(20);
}
