import type { LoggerService } from '@nestjs/common';
import type { LogConfig } from '../../config/index.js';
import { printToStderr } from './output.js';

/**
 * Keeps the log away from what a command prints. The Kafka client warns of each attempt, which a command's own
 * message sums up: so there is nothing below an error, unless `LOG_LEVEL` asks for it.
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
