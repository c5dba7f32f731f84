import { type Handler, isHandledAgain } from '../../../pipeline/index.js';
import { failureRouting, type HandledTopic } from '../failures/failure-routing.js';
import { BatchInvocation } from './batch-invocation.js';
import type { HandlerBinding, InvocationServices } from './handler-binding.js';
import { RecordInvocation } from './record-invocation.js';
import { SeveralHandlers } from './several-handlers.js';

/** Creates a topic's handler from the controllers' methods for it. */
export function toHandler(
  bindings: readonly HandlerBinding[],
  services: InvocationServices,
  topic: HandledTopic,
): Handler | undefined {
  const [first] = bindings;
  if (!first) return undefined;
  const { commit, order, concurrency, timeoutMs } = first.options;
  const failing = failureRouting(first.options, services.failures, topic);
  const shared = { commit, order, concurrency, timeoutMs, ...failing };
  if (bindings.some(({ isEvent }) => !isEvent)) shared.store = answeringStore(failing.store, services);
  if (first.options.read === 'batch') return Object.assign(new BatchInvocation(first, services), shared);
  if (bindings.length === 1) return Object.assign(new RecordInvocation(first, services), shared);
  const invocations = bindings.map((binding) => new RecordInvocation(binding, services));
  return Object.assign(new SeveralHandlers(invocations, first.options), shared);
}

/** A request that fails for good is answered here, unless its handler is called again. */
function answeringStore(store: Handler['store'], services: InvocationServices): Handler['store'] {
  return async (how, failed, parkingStore) => {
    const destination = await store(how, failed, parkingStore);
    if (!isHandledAgain(destination)) await services.failedForGood(failed);
    return destination;
  };
}
