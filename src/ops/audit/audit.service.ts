import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { OPS_TOKEN } from '../../http/ops-token.guard.js';
import { describeError } from '../../transport/index.js';
import type { Caller } from '../caller.decorator.js';

/** A change that an operator asks for. */
export interface Change {
  readonly what: AuditLine['what'];
  /** Must not contain a key or a payload: use `fingerprint`. */
  readonly parameters: object;
  /** Undefined if the service makes the change by itself. */
  readonly caller: Caller | undefined;
}

/** One line of the audit log: who changed what. It has no key and no payload. */
export interface AuditLine {
  readonly what: 'pause' | 'resume' | 'replay' | 'release' | 'log-level' | 'log-level-reset';
  readonly parameters: object;
  readonly outcome: 'begun' | 'done' | 'failed';
  /** What the change has returned; a list is replaced by its length. */
  readonly result?: object;
  /** The message of the error that it has failed with. */
  readonly error?: string;
  /** ISO 8601. */
  readonly at: string;
  /** The client's address; null if the service made the change by itself. */
  readonly address: string | null;
  /** The start of the token's SHA-256; null if the service made the change by itself. */
  readonly token: string | null;
}

/** Writes a line of the audit log. */
export type AuditLog = (line: AuditLine) => void;

/** Token of the {@link AuditLog}. */
export const AUDIT_LOG = Symbol('AUDIT_LOG');

/** Logs who changed what: one line per change. */
@Injectable()
export class AuditService {
  readonly #token: string;

  constructor(
    @Inject(AUDIT_LOG) private readonly log: AuditLog,
    @Inject(OPS_TOKEN) token: string,
  ) {
    this.#token = fingerprint(token);
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
  note(
    change: Change,
    outcome: AuditLine['outcome'],
    details: Pick<AuditLine, 'result' | 'error'> = {},
  ): void {
    const { what, parameters, caller } = change;
    const who = caller ? { address: caller.address, token: this.#token } : { address: null, token: null };
    this.log({ what, parameters, outcome, ...details, at: new Date().toISOString(), ...who });
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
