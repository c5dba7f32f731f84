import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/*
 * A keeper is a shell in its own session, so Ctrl-C and signals to the process group do not reach it. Each reads from
 * a pipe whose other end belongs to this process. The kernel closes that end even after kill -9, so a keeper notices
 * every end of this process and cleans up. Keepers are not Node processes, so killing all Node processes does not end
 * them.
 */

export interface KeptOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** The destination of its output: appended to a file, or readable as `output` and `errors`. */
  readonly logFile?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** A program that ends with this process, even if this process is killed. */
export interface Kept {
  readonly pid: number;
  /** Resolves with the exit code once the program is gone. */
  readonly ended: Promise<number>;
  readonly output: Readable | null;
  readonly errors: Readable | null;
}

/*
 * Nothing reaps the program before `wait` (`read` is a shell builtin), so its id cannot belong to another process when it
 * is killed. The program inherits descriptor 3; the end of that pipe shows that the program has ended. The keeper ignores
 * signals, because a `pkill` with the program's name matches the keeper's arguments too, and without its keeper a suspended
 * program would be left behind.
 */
const keepScript = `
"$@" </dev/null &
program=$!
trap '' HUP INT TERM
echo "$program" >&3
exec >/dev/null 2>&1 3>&-
read -r gone || kill -9 "$program"
wait "$program"
`;

/** Starts a program that is killed when this process ends. */
export async function keep({ command, args, logFile, env, cwd }: KeptOptions): Promise<Kept> {
  const log = logFile === undefined ? 'pipe' : openSync(logFile, 'a');
  const keeper = spawn('/bin/sh', ['-c', keepScript, 'keeper', command, ...args], {
    detached: true,
    stdio: ['pipe', log, log, 'pipe'],
    ...(env && { env }),
    ...(cwd !== undefined && { cwd }),
  });
  if (typeof log === 'number') closeSync(log);
  const code = new Promise<number>((resolve) => {
    keeper.once('error', () => resolve(127));
    keeper.once('exit', (status) => resolve(status ?? 1));
  });
  const owner = ownersEnd(keeper.stdin);
  const life = keeper.stdio[3] as Readable;
  const ended = new Promise<void>((resolve) => life.once('close', resolve)).then(() => {
    owner.end('gone\n');
    return code;
  });
  return {
    pid: Number(await firstLine(life)),
    ended,
    output: keeper.stdout,
    errors: keeper.stderr,
  };
}

/* The folder's last writer may still be exiting while it is removed, so pause and retry. */
const afterwardsScript = `
read -r released || { sleep 0.3; ORPHANED=yes; export ORPHANED; }
tries=0
until "$@"; do
  tries=$((tries + 1))
  [ "$tries" -lt 50 ] || exit 1
  sleep 0.2
done
`;

/**
 * Runs a command after this process has ended; the returned function runs it immediately.
 * The variable ORPHANED tells the command that this process died without calling the function.
 */
export function afterwards(command: string, ...args: string[]): () => Promise<void> {
  const keeper = spawn('/bin/sh', ['-c', afterwardsScript, 'keeper', command, ...args], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const exited = new Promise<void>((resolve) => {
    keeper.once('error', () => resolve());
    keeper.once('exit', () => resolve());
  });
  const owner = ownersEnd(keeper.stdin);
  return () => {
    owner.end('released\n');
    return exited;
  };
}

function ownersEnd(stdin: Writable | null): Writable {
  if (!stdin) throw new Error('A keeper has a pipe as its input.');
  // The keeper may already have exited.
  return stdin.on('error', () => undefined);
}

function firstLine(stream: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    // Continue to read after the line: only a flowing stream emits its end.
    createInterface({ input: stream }).once('line', resolve);
    stream.once('error', reject);
    stream.once('close', () => reject(new Error('A keeper ended before it started anything.')));
  });
}
