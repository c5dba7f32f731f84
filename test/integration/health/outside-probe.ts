import { spawn } from 'node:child_process';

/** A probe in its own process, like a kubelet's, independent of how busy this process is. */
export interface OutsideProbe {
  /** The status codes, or the name of the error if there was no answer in time. */
  readonly answers: readonly string[];
  stop(): void;
}

const PROGRAM = `
const [url, timeoutMs] = process.argv.slice(1);
for (;;) {
  const answer = fetch(url, { signal: AbortSignal.timeout(Number(timeoutMs)), headers: { connection: 'close' } });
  console.log(await answer.then(({ status }) => status, ({ name }) => name));
  await new Promise((resolve) => setTimeout(resolve, 50));
}`;

/** Starts to probe repeatedly, each time with this timeout. */
export function probeFromOutside(url: string, timeoutMs: number): OutsideProbe {
  const answers: string[] = [];
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, url, String(timeoutMs)], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    answers.push(...text.split('\n').filter((line) => line !== ''));
  });
  return { answers, stop: () => void child.kill('SIGKILL') };
}
