import { spawn } from 'node:child_process';

/** How a program ended, with all it wrote. */
export interface Executed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ExecuteOptions {
  /** Written to the program's input, which is closed after it. */
  readonly stdin?: string | Uint8Array;
  /** Killed after this long. */
  readonly timeoutMs?: number;
  /** This process's environment by default. */
  readonly env?: NodeJS.ProcessEnv;
  /** Shows what the program says on this process's stderr, beside collecting it. */
  readonly echo?: boolean;
}

/** Runs a program to its end; a program that can't be started has exit code 127. */
export function execute(
  command: string,
  args: readonly string[],
  options: ExecuteOptions = {},
): Promise<Executed> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      ...(options.timeoutMs !== undefined && { timeout: options.timeoutMs, killSignal: 'SIGKILL' as const }),
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
