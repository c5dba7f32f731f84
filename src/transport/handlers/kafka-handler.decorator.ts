import { EventPattern, Transport } from '@nestjs/microservices';
import type { KafkaHandlerOptions } from './options/handler-options.js';

/**
 * Marks a controller's method as the handler of a topic: Nest's `@EventPattern` with typed options, and
 * without the TS1241 that Nest 12's own gives on a method with a typed context.
 *
 * @param topic a topic, several, or a pattern of topic names
 * @example
 * @KafkaHandler('orders', { commit: 'manual', schema: Order })
 * async onOrder(@Payload() order: Order, @Ctx() context: KafkaContext): Promise<void> {}
 */
export function KafkaHandler(
  topic: string | RegExp | readonly (string | RegExp)[],
  options: KafkaHandlerOptions = {},
): MethodDecorator {
  return EventPattern<unknown>(topic, Transport.KAFKA, { ...options });
}
