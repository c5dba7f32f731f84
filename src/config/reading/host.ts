import { existsSync, readFileSync, statSync } from 'node:fs';
import { CodedError } from '../../errors/index.js';

/** Access to the machine for the configuration, besides the environment; tests pass their own. */
export interface Host {
  /** The whole text of a file. @throws if it is missing, unreadable, too large or not a regular file. */
  readonly readFile: (path: string) => string;
  /** Whether a file or a folder exists at the path. */
  readonly exists: (path: string) => boolean;
  /** Whether stdout is a terminal. */
  readonly isTerminal: boolean;
}

/** The file exists but cannot be used as a secret. The message does not contain the path. */
export class UnfitFileError extends CodedError {
  readonly code = 'CONFIG_FILE_UNFIT';
}

/** Far larger than any certificate chain. The limit keeps an endless file from blocking startup. */
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
