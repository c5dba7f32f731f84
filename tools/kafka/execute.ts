import { spawn } from 'node:child_process';

/** Exit code and output of a program. */
export interface Executed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ExecuteOptions {
  /** Text or bytes for the program's input, which is then closed. */
  readonly stdin?: string | Uint8Array;
  /** The program is killed after this time. */
  readonly timeoutMs?: number;
  /** The program's folder. Default: that of this process. */
  readonly cwd?: string;
  /** Default: the environment of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** Whether to also copy the output to this process's stderr. */
  readonly echo?: boolean;
}

/** Runs a program to its end; the exit code is 127 if it cannot be started. */
export function execute(
  command: string,
  args: readonly string[],
  options: ExecuteOptions = {},
): Promise<Executed> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      ...(options.timeoutMs !== undefined && { timeout: options.timeoutMs, killSignal: 'SIGKILL' as const }),
      ...(options.cwd !== undefined && { cwd: options.cwd }),
      ...(options.env && { env: options.env }),
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    if (options.echo) {
      child.stdout.pipe(process.stderr, { end: false });
      child.stderr.pipe(process.stderr, { end: false });
    }
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.stdin ?? '');
    const text = (chunks: Buffer[]): string => Buffer.concat(chunks).toString('utf8');
    child.once('error', (error) => resolve({ code: 127, stdout: text(stdout), stderr: error.message }));
    child.once('close', (code) => resolve({ code: code ?? 1, stdout: text(stdout), stderr: text(stderr) }));
  });
}
