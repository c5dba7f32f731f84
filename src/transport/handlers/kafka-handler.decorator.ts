import { EventPattern, Transport } from '@nestjs/microservices';
import { declareHandlerClass } from './registry/handler-classes.js';
import type { KafkaHandlerOptions } from './options/handler-options.js';

/**
 * Marks a controller's method as the handler of a topic: Nest's `@EventPattern` with typed options, and without the
 * error TS1241 that Nest 12's decorator causes on a method with a typed context. Invalid options abort startup with a
 * `HandlerOptionsError`.
 *
 * @param topic a topic, several topics, or patterns of topic names
 * @example
 * @KafkaHandler('orders', { commit: 'manual', schema: Order })
 * async onOrder(@Payload() order: Order, @Ctx() context: KafkaContext): Promise<void> {}
 */
export function KafkaHandler(
  topic: string | RegExp | readonly (string | RegExp)[],
  options: KafkaHandlerOptions = {},
): MethodDecorator {
  const mark = EventPattern<unknown>(topic, Transport.KAFKA, { ...options });
  return (prototype, method, descriptor) => {
    declareHandlerClass(prototype);
    return mark(prototype, method, descriptor);
  };
}
