import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  Logger,
  type NestInterceptor,
} from '@nestjs/common';
import { defer, type Observable } from 'rxjs';
import { SERVICE_CONFIG, type ServiceConfig } from '../config/index.js';
import {
  completionOfBatch,
  completionOfRecord,
  isConfirmable,
  KafkaBatchContext,
  type KafkaRecordContext,
} from '../transport/index.js';
import { BatchDelivery, type Call, deliverRecord } from './delivery.js';
import { IdempotentHandlerError } from './errors.js';
import { IdempotencyStore } from './idempotency-store.js';
import { type IdempotentHandler, idempotentHandler } from './idempotent-handler.js';

/** Runs the handlers with `@Idempotent`, once for each record. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  readonly #logger = new Logger('Idempotency');

  constructor(
    private readonly store: IdempotencyStore,
    @Inject(SERVICE_CONFIG) private readonly config: ServiceConfig,
  ) {}

  intercept(host: ExecutionContext, next: CallHandler): Observable<unknown> {
    return defer(() => this.#handle(host, next));
  }

  async #handle(host: ExecutionContext, next: CallHandler): Promise<unknown> {
    // Nest reads the handler's arguments from this very array when it calls it.
    const args: unknown[] = host.getArgs();
    const [payload, context] = args;
    if (!isConfirmable(context)) {
      const name = `${host.getClass().name}.${host.getHandler().name}`;
      throw new IdempotentHandlerError(name, 'its records must come through KafkaStrategy');
    }
    const handler = idempotentHandler(host.getClass(), host.getHandler(), this.config.kafka);
    const completion = context instanceof KafkaBatchContext ? completionOfBatch : completionOfRecord;
    const call: Call = async (...given) => {
      args.splice(0, 2, ...given);
      // All that the handler does belongs to its transaction.
      return completion(next.handle());
    };
    const outcomes = await this.#deliver(handler, payload, context, call);
    if (handler.isManual && !outcomes) settle(context);
    return outcomes;
  }

  async #deliver(
    handler: IdempotentHandler,
    payload: unknown,
    context: KafkaRecordContext,
    call: Call,
  ): Promise<readonly PromiseSettledResult<unknown>[] | undefined> {
    if (context instanceof KafkaBatchContext) {
      return new BatchDelivery(this.store, handler, context, call).deliver();
    }
    const [record] = context.records;
    if (await deliverRecord(this.store, handler, { payload, context, call })) return undefined;
    this.#logger.debug(
      `${context.getTopic()}[${context.getPartition()}] at offset ${record?.offset}: handled before`,
    );
    return undefined;
  }
}

/** What was handled, now or before, is settled whether the handler has said so or not: it would be skipped. */
function settle({ owner, records }: KafkaRecordContext): void {
  try {
    owner.acknowledge(records);
  } catch {
    // The partition is no longer this member's; who has it now finds the mark.
  }
}
