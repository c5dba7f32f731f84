import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { SERVICE_CONFIG, type ServiceConfig } from '../../config/index.js';
import { describeError } from '../../transport/index.js';
import type { Caller } from '../caller.decorator.js';

/** A change that an operator asks for. */
export interface Change {
  readonly what: 'pause' | 'resume' | 'replay' | 'release' | 'log-level' | 'log-level-reset';
  /** Never a key or a payload: see `fingerprint`. */
  readonly parameters: object;
  /** Undefined where the service does it by itself. */
  readonly caller: Caller | undefined;
}

/** Writes down who has changed what: a line of the log named `Audit` for each change, whatever the log's level. */
@Injectable()
export class AuditService {
  readonly #log;
  readonly #token: string | undefined;

  constructor(logger: PinoLogger, @Inject(SERVICE_CONFIG) { ops }: ServiceConfig) {
    // A level of its own: to silence the log must not be a way past the audit.
    this.#log = logger.logger.child({ context: 'Audit' }, { level: 'info' });
    this.#token = ops.token === undefined ? undefined : fingerprint(ops.token);
  }

  /**
   * Makes a change, and writes down how it went.
   * @returns what the work returns
   * @throws what the work throws
   */
  async change<T extends object>(change: Change, work: () => T | Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.note(change, 'done', { result: summaryOf(result) });
      return result;
    } catch (error) {
      this.note(change, 'failed', { error: describeError(error) });
      throw error;
    }
  }

  /** Writes down what has become of a change so far. */
  note(change: Change, outcome: 'begun' | 'done' | 'failed', details: object = {}): void {
    const { what, parameters, caller } = change;
    const who = caller ? { address: caller.address, token: this.#token } : { address: null, token: null };
    this.#log.info(
      { what, parameters, outcome, ...details, at: new Date().toISOString(), ...who },
      `${what}: ${outcome}`,
    );
  }
}

/** What a secret, or a key, is called in the log: enough to tell two apart, too little to find it out. */
export function fingerprint(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
}

/** An answer without its lists, which may be long and may hold keys: how many entries they have instead. */
function summaryOf(result: object): object {
  return Object.fromEntries(
    Object.entries(result).map(([name, value]): [string, unknown] => [
      name,
      Array.isArray(value) ? value.length : value,
    ]),
  );
}
