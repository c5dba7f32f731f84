import { readFileSync } from 'node:fs';

/** Number of last lines of an instance's log that an error repeats. */
const LAST_LINES = 20;

/** An instance has exited at each of its starts: waiting longer for it is useless. */
export class FailedStartsError extends Error {
  override readonly name = 'FailedStartsError';

  /** @param logFile what the instance has printed; the message repeats its last lines */
  constructor(slot: string, code: number, starts: number, logFile: string) {
    super(
      `instance ${slot} exited with code ${code} at each of its ${starts} starts, and never joined its group; ` +
        `the end of ${logFile}:\n${lastLinesOf(logFile)}`,
    );
  }
}

function lastLinesOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-LAST_LINES).join('\n');
  } catch {
    return '(there is no such file)';
  }
}
