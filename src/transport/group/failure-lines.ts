import type { Logger } from '@nestjs/common';
import {
  describeError,
  errorNameOf,
  errorStackOf,
  type InFlightRecord,
  sqlStateOf,
  type TopicPartition,
} from '../../pipeline/index.js';
import { LineLimit, type LineLimitOptions } from '../../text/line-limit.js';
import { failedHandlerOf } from '../handlers/invocation/several-handlers.js';

/** The level of a log line. */
export type Level = 'log' | 'warn' | 'error';

/** The fields of a line about a failure: names and positions, never a key or a value. */
export interface FailureFields {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  /**
   * The controller's class and method; if several handlers were called and it is unknown which of them failed, all of
   * them.
   */
  readonly handler?: string;
  readonly errorClass: string;
  /** Set if PostgreSQL is the cause. */
  readonly sqlState?: string;
  /** Set in the first line of a window for a handler and error class. */
  readonly stack?: string;
}

const MOST_STACK_CHARACTERS = 8192;
/** Stacks per window, handler and error class: a handler usually fails again in the same place. */
const STACKS_OF_A_KIND = 1;

/**
 * Writes lines about events of records, and summarizes repeated ones. A line about a failure has its position,
 * handler and error class as fields, and the stack if it was not written in the current window.
 */
export class FailureLines {
  readonly #stacks: LineLimit;

  /** @param handlerOf the handlers of a topic, for messages */
  constructor(
    private readonly logger: Logger,
    private readonly handlerOf: (topic: string) => string | undefined,
    private readonly limit = new LineLimit(),
    schedule?: LineLimitOptions['schedule'],
  ) {
    this.#stacks = new LineLimit({ most: STACKS_OF_A_KIND, ...(schedule && { schedule }) });
  }

  /** Writes the result of `line`, unless the current window has too many lines about the event in the topic. */
  write(level: Level, event: string, { topic }: TopicPartition, line: () => string | object): void {
    const summarize = (leftOut: number, windowMs: number): void =>
      this.logger[level](`${topic}: ${leftOut} more lines of ${event} were left out in ${windowMs / 1000} s`);
    if (this.limit.admits(`${event} ${topic}`, summarize)) this.logger[level](line());
  }

  /** Writes what happened to a record because of an error. */
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

/** A partition, for messages. */
export function partitionOf({ topic, partition }: TopicPartition): string {
  return `${topic}[${partition}]`;
}

/** A record, for messages. */
export function nameOf({ owner, offset }: Pick<InFlightRecord, 'owner' | 'offset'>): string {
  return `${partitionOf(owner)} at offset ${offset}`;
}
