import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { SERVICE_CONFIG, type ServiceConfig } from '../../config/index.js';
import { describeError } from '../../transport/index.js';
import type { Caller } from '../caller.decorator.js';

/** A change that an operator asks for. */
export interface Change {
  readonly what: 'pause' | 'resume' | 'replay' | 'release' | 'log-level' | 'log-level-reset';
  /** Must not contain a key or a payload: use `fingerprint`. */
  readonly parameters: object;
  /** Undefined if the service makes the change by itself. */
  readonly caller: Caller | undefined;
}

/** Logs who changed what: one log line with the context `Audit` per change, at any log level. */
@Injectable()
export class AuditService {
  readonly #log;
  readonly #token: string | undefined;

  constructor(logger: PinoLogger, @Inject(SERVICE_CONFIG) { ops }: ServiceConfig) {
    // A level of its own: a higher log level must not suppress the audit.
    this.#log = logger.logger.child({ context: 'Audit' }, { level: 'info' });
    this.#token = ops.token === undefined ? undefined : fingerprint(ops.token);
  }

  /**
   * Makes a change and logs its outcome.
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

  /** Logs the outcome of a change so far. */
  note(change: Change, outcome: 'begun' | 'done' | 'failed', details: object = {}): void {
    const { what, parameters, caller } = change;
    const who = caller ? { address: caller.address, token: this.#token } : { address: null, token: null };
    this.#log.info(
      { what, parameters, outcome, ...details, at: new Date().toISOString(), ...who },
      `${what}: ${outcome}`,
    );
  }
}

/** A short hash that stands for a secret or a key in the log: it distinguishes values without revealing them. */
export function fingerprint(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
}

/** A response with each list replaced by its length: lists may be long and may contain keys. */
function summaryOf(result: object): object {
  return Object.fromEntries(
    Object.entries(result).map(([name, value]): [string, unknown] => [
      name,
      Array.isArray(value) ? value.length : value,
    ]),
  );
}
