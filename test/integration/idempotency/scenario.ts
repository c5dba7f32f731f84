import { Controller, type NestInterceptor, type Type, UseInterceptors } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { Database } from '../../../src/database/index.js';
import { Idempotent, type IdempotentOptions } from '../../../src/idempotency/index.js';
import {
  type KafkaBatchContext,
  KafkaHandler,
  type KafkaHandlerOptions,
  type KafkaRecordContext,
} from '../../../src/transport/index.js';
import { OffsetsService } from '../../../src/offsets/index.js';
import type { TestRecord } from '../../support/kafka.js';

/** The handler of a test. */
export type Handle = (given: {
  readonly payload: unknown;
  readonly context: KafkaRecordContext & KafkaBatchContext;
  readonly database: Database;
  readonly offsets: OffsetsService;
}) => Promise<unknown>;

/** An idempotent handler and the records for it. */
export interface Scenario {
  readonly options?: KafkaHandlerOptions;
  readonly idempotent?: IdempotentOptions;
  readonly partitions?: number;
  readonly records: readonly TestRecord[];
  readonly handle: Handle;
  /** An interceptor around the idempotency. */
  readonly around?: NestInterceptor['intercept'];
}

/** A controller with the handler of a scenario. */
export function controllerOf(
  topic: string,
  { options = {}, idempotent = {}, handle, around = (_, next) => next.handle() }: Omit<Scenario, 'records'>,
): Type {
  @Controller()
  class ScenarioController {
    constructor(
      private readonly database: Database,
      private readonly offsets: OffsetsService,
    ) {}

    @KafkaHandler(topic, options)
    @Idempotent(idempotent)
    @UseInterceptors({ intercept: around })
    async on(
      @Payload() payload: unknown,
      @Ctx() context: KafkaRecordContext & KafkaBatchContext,
    ): Promise<unknown> {
      return handle({ payload, context, database: this.database, offsets: this.offsets });
    }
  }
  return ScenarioController;
}

/** Records with the same header `message-id` are the same. */
export const byHeader: IdempotentOptions = { key: { header: 'message-id' } };
/** A record with a `message-id`. */
export const message = (id: string, value: string, partition = 0): TestRecord => ({
  value,
  partition,
  headers: { 'message-id': id },
});
