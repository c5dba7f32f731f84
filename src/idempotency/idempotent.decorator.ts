import { applyDecorators, SetMetadata, UseInterceptors } from '@nestjs/common';
import type { KafkaContext } from '@nestjs/microservices';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';
import { IDEMPOTENT, type IdempotentOptions } from './options.js';

/**
 * Makes the effect of a handler happen once per record, even if the record is delivered repeatedly: the handler's
 * writes through `Database` are committed together with a receipt, and a record with a receipt is not handled again.
 * The module of the controller must import `IdempotencyModule`.
 *
 * Put it above the other interceptors of the method, so that they run around the transaction and not inside it.
 *
 * @example
 * @KafkaHandler('payments', { schema: Payment })
 * @Idempotent<Payment>({ key: (payment) => payment.id })
 * async onPayment(@Payload() payment: Payment): Promise<void> {}
 */
export function Idempotent<Payload = unknown>(options: IdempotentOptions<Payload> = {}): MethodDecorator {
  const { key } = options;
  const byPayload =
    typeof key === 'function'
      ? // A decorator cannot know the payload type of its method; the handler's schema has validated the payload.
        (payload: unknown, context: KafkaContext): string => key(payload as Payload, context)
      : key;
  const untyped: IdempotentOptions = {
    ...(byPayload !== undefined && { key: byPayload }),
    ...(options.name !== undefined && { name: options.name }),
  };
  return applyDecorators(SetMetadata(IDEMPOTENT, untyped), UseInterceptors(IdempotencyInterceptor));
}
