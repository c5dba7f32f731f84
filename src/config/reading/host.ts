import { existsSync, readFileSync, statSync } from 'node:fs';

/** What configuration needs of the machine beside the environment; a test hands in its own. */
export interface Host {
  /** The whole text of a file. @throws when it is missing, unreadable, too large or no regular file. */
  readonly readFile: (path: string) => string;
  /** Whether there is a file or a folder at the path. */
  readonly exists: (path: string) => boolean;
  /** Whether stdout is a terminal. */
  readonly isTerminal: boolean;
}

/** A file that is there but cannot hold a secret. The message does not repeat the path. */
export class UnfitFileError extends Error {
  readonly code = 'CONFIG_FILE_UNFIT';
  override readonly name = 'UnfitFileError';
}

/** Far more than a chain of certificates; a device file without an end must not hang the start. */
const LARGEST_FILE_BYTES = 1_048_576;

/** The machine this process runs on. */
export const thisHost: Host = {
  readFile(path) {
    const stats = statSync(path);
    if (!stats.isFile()) throw new UnfitFileError('it is not a regular file');
    if (stats.size > LARGEST_FILE_BYTES)
      throw new UnfitFileError(`it is larger than ${LARGEST_FILE_BYTES} bytes`);
    return readFileSync(path, 'utf8');
  },
  exists: existsSync,
  isTerminal: process.stdout.isTTY === true,
};
