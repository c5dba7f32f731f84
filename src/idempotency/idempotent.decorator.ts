import { applyDecorators, SetMetadata, UseInterceptors } from '@nestjs/common';
import type { KafkaContext } from '@nestjs/microservices';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';
import { IDEMPOTENT, type IdempotentOptions } from './options.js';

/**
 * Makes a handler have one effect for a record, however often the record is delivered: what it writes through
 * `Database` is committed together with a mark that says so, and a record with a mark is not handled again.
 * The module of the controller imports `IdempotencyModule`.
 *
 * Put it above the other interceptors of the method, so that they run around the transaction and not in it.
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
      ? // Decorators know nothing of the method they are on; what the payload is, the handler's schema has said.
        (payload: unknown, context: KafkaContext): string => key(payload as Payload, context)
      : key;
  const untyped: IdempotentOptions = {
    ...(byPayload !== undefined && { key: byPayload }),
    ...(options.name !== undefined && { name: options.name }),
  };
  return applyDecorators(SetMetadata(IDEMPOTENT, untyped), UseInterceptors(IdempotencyInterceptor));
}
