import type { Logger } from '@nestjs/common';
import {
  describeError,
  errorNameOf,
  errorStackOf,
  type InFlightRecord,
  sqlStateOf,
  type TopicPartition,
} from '../../pipeline/index.js';
import { LineLimit } from './line-limit.js';
import { failedHandlerOf } from '../handlers/invocation/several-handlers.js';

/** How a line of the log is written. */
export type Level = 'log' | 'warn' | 'error';

/** What a line says of a failure, beside its text; names and positions, never a key or a value. */
export interface FailureFields {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  /** The controller's class and method; all of them where one of several is not known to be the one. */
  readonly handler?: string;
  readonly errorClass: string;
  /** Where PostgreSQL is the cause. */
  readonly sqlState?: string;
  /** With the first line of its handler and class in a while. */
  readonly stack?: string;
}

const MOST_STACK_CHARACTERS = 8192;
/** A handler that fails does so in the same place again and again. */
const STACKS_OF_A_KIND = 1;

/**
 * Writes lines about events of records, and sums up those that repeat themselves. A line about a failure has its
 * position, handler and error class as fields, and the stack where that was not written lately.
 */
export class FailureLines {
  readonly #stacks: LineLimit;

  /** @param handlerOf the handlers of a topic, for people */
  constructor(
    private readonly logger: Logger,
    private readonly handlerOf: (topic: string) => string | undefined,
    private readonly limit = new LineLimit(),
    schedule?: (delayMs: number, run: () => void) => void,
  ) {
    this.#stacks = new LineLimit(schedule, STACKS_OF_A_KIND);
  }

  /** Writes what `line` gives, unless there were too many lines of the event in the topic lately. */
  write(level: Level, event: string, { topic }: TopicPartition, line: () => string | object): void {
    const summarize = (leftOut: number, windowMs: number): void =>
      this.logger[level](`${topic}: ${leftOut} more lines of ${event} were left out in ${windowMs / 1000} s`);
    if (this.limit.admits(`${event} ${topic}`, summarize)) this.logger[level](line());
  }

  /** Writes that something has become of a record because of an error. */
  failed(level: Level, event: string, record: InFlightRecord, error: unknown, what: string): void {
    this.write(level, event, record.owner, () => ({
      msg: `${nameOf(record)} ${what}: ${describeError(error)}`,
      ...this.#fieldsOf(record, error),
    }));
  }

  #fieldsOf({ owner, offset }: InFlightRecord, error: unknown): FailureFields {
    const handler = failedHandlerOf(error) ?? this.handlerOf(owner.topic);
    const errorClass = errorNameOf(error);
    const sqlState = sqlStateOf(error);
    const isNew = this.#stacks.admits(`${handler} ${errorClass}`, () => undefined);
    const stack = isNew ? errorStackOf(error).slice(0, MOST_STACK_CHARACTERS) : '';
    return {
      topic: owner.topic,
      partition: owner.partition,
      offset,
      ...(handler !== undefined && { handler }),
      errorClass,
      ...(sqlState !== undefined && { sqlState }),
      ...(stack !== '' && { stack }),
    };
  }
}

/** A partition, for people. */
export function partitionOf({ topic, partition }: TopicPartition): string {
  return `${topic}[${partition}]`;
}

/** A record, for people. */
export function nameOf({ owner, offset }: Pick<InFlightRecord, 'owner' | 'offset'>): string {
  return `${partitionOf(owner)} at offset ${offset}`;
}
