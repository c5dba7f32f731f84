import type { MessageHandler } from '@nestjs/microservices';
import type { RecordHandler } from '../../pipeline/index.js';
import { type KafkaHandlerOptions, resolveHandlerOptions } from '../handlers/options/handler-options.js';
import type { InvocationServices } from '../handlers/invocation/handler-binding.js';
import { toHandler } from '../handlers/invocation/invocation.js';

const unused = (): never => {
  throw new Error('not asked for');
};

/** Services of the transport for specs that only call handlers. */
export const plainServices: InvocationServices = {
  contextServices: () => ({ nativeConsumer: unused, nativeProducer: unused }),
  failures: {
    failedRecords: { deadLetter: unused, retryLater: unused },
    parking: { open: unused },
  },
  tracer: undefined,
  instrumented: false,
  instrument: (_context, call) => call(),
  respond: (_binding, _context, call) => call(),
  failedForGood: async () => undefined,
};

/** The handler that the transport creates from these methods for one topic; request handlers reply. */
export function handlerOf(
  methods: readonly MessageHandler[],
  options: KafkaHandlerOptions = {},
  { isEvent = true, services = plainServices }: { isEvent?: boolean; services?: InvocationServices } = {},
): RecordHandler {
  const resolved = resolveHandlerOptions({ pattern: 't' }, { ...options }, { groupId: 'g', commit: 'auto' });
  const bindings = methods.map((callback, at) => ({
    pattern: 't',
    name: `Orders.on${at}`,
    callback,
    isEvent,
    direct: undefined,
    options: resolved,
  }));
  const handler = toHandler(bindings, services, { source: 't' });
  if (handler?.read !== 'one') throw new Error('not a handler of single records');
  return handler;
}
