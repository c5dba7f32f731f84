import type { LoggerService } from '@nestjs/common';
import type { LogConfig } from '../../config/index.js';
import { printToStderr } from './output.js';

/**
 * Logs to stderr, so that stdout contains only the result of a command. Warnings are not printed unless `LOG_LEVEL` is
 * debug or trace: the Kafka client warns of each failed attempt, and the command reports the final error itself.
 */
export class StderrLogger implements LoggerService {
  readonly #verbose: boolean;

  constructor(level: LogConfig['level']) {
    this.#verbose = level === 'debug' || level === 'trace';
  }

  error(message: unknown): void {
    this.#write(message);
  }

  fatal(message: unknown): void {
    this.#write(message);
  }

  warn(message: unknown): void {
    if (this.#verbose) this.#write(message);
  }

  log(message: unknown): void {
    if (this.#verbose) this.#write(message);
  }

  debug(message: unknown): void {
    if (this.#verbose) this.#write(message);
  }

  #write(message: unknown): void {
    printToStderr(String(message));
  }
}
