import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  Logger,
  type NestInterceptor,
  Optional,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { defer, type Observable } from 'rxjs';
import {
  completionOfBatch,
  completionOfRecord,
  isConfirmable,
  KafkaBatchContext,
  KafkaClusters,
  type KafkaRecordContext,
} from '../transport/index.js';
import { BatchDelivery, type Call, deliverRecord } from './delivery.js';
import { IdempotencyModuleMissingError, IdempotentHandlerError } from './errors.js';
import { handlersWithoutStore } from './idempotent-handlers.js';
import { IdempotencyStore } from './idempotency-store.js';
import { type IdempotentHandler, idempotentHandler } from './idempotent-handler.js';

/** Runs `@Idempotent` handlers once per record. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  readonly #logger = new Logger('Idempotency');
  /** By method, then by class: two classes may inherit one method. */
  readonly #handlers = new WeakMap<object, WeakMap<object, IdempotentHandler>>();

  readonly #store: IdempotencyStore;

  /** @throws IdempotencyModuleMissingError if there is no store where the handler's controller is */
  constructor(
    @Optional() @Inject(IdempotencyStore) store: IdempotencyStore | undefined,
    modules: ModulesContainer,
    private readonly clusters: KafkaClusters,
  ) {
    if (!store) throw new IdempotencyModuleMissingError(handlersWithoutStore(modules));
    this.#store = store;
  }

  intercept(host: ExecutionContext, next: CallHandler): Observable<unknown> {
    return defer(() => this.#handle(host, next));
  }

  async #handle(host: ExecutionContext, next: CallHandler): Promise<unknown> {
    // Nest passes the content of this array to the handler, so changing it changes the arguments.
    const args: unknown[] = host.getArgs();
    const [payload, context] = args;
    if (!isConfirmable(context)) {
      const name = `${host.getClass().name}.${host.getHandler().name}`;
      throw new IdempotentHandlerError(name, 'its records must come through KafkaStrategy');
    }
    const handler = this.#handlerOf(host);
    const completion = context instanceof KafkaBatchContext ? completionOfBatch : completionOfRecord;
    const call: Call = async (...given) => {
      args.splice(0, 2, ...given);
      // Wait for everything that the handler does, since it belongs to the transaction.
      return completion(next.handle());
    };
    const outcomes = await this.#deliver(handler, payload, context, call);
    if (handler.isManual && !outcomes) settle(context);
    return outcomes;
  }

  #handlerOf(host: ExecutionContext): IdempotentHandler {
    const method = host.getHandler();
    const controller = host.getClass();
    const byClass = this.#handlers.get(method) ?? new WeakMap<object, IdempotentHandler>();
    this.#handlers.set(method, byClass);
    const handler =
      byClass.get(controller) ??
      idempotentHandler(controller, method, (...of) => this.clusters.of(...of).config.kafka);
    byClass.set(controller, handler);
    return handler;
  }

  async #deliver(
    handler: IdempotentHandler,
    payload: unknown,
    context: KafkaRecordContext,
    call: Call,
  ): Promise<readonly PromiseSettledResult<unknown>[] | undefined> {
    if (context instanceof KafkaBatchContext) {
      return new BatchDelivery(this.#store, handler, context, call).deliver();
    }
    const [record] = context.records;
    if (await deliverRecord(this.#store, handler, { payload, context, call })) return undefined;
    this.#logger.debug(
      `${context.getTopic()}[${context.getPartition()}] at offset ${record?.offset}: handled before`,
    );
    return undefined;
  }
}

/** Settles handled records even if the handler did not commit: a new delivery would only skip them. */
function settle({ owner, records }: KafkaRecordContext): void {
  try {
    owner.acknowledge(records);
  } catch {
    // The partition was assigned to another member, which finds the receipt.
  }
}
