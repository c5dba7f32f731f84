import type { CallWait } from '../../pipeline/index.js';
import { currentCall } from './invocation/handler-call.js';

/**
 * Waits for something that the handler cannot influence, such as a free connection: that time does not count towards
 * its `timeoutMs`, and `/health` reports what it waits for. Outside of a handler it just waits.
 */
export async function outsideTimeout<T>(wait: CallWait, until: () => Promise<T>): Promise<T> {
  const first = currentCall()?.first;
  if (!first) return until();
  const waitEnded = first.owner.waitStarted(first, wait);
  try {
    return await until();
  } finally {
    waitEnded();
  }
}

/** The signal of the running handler, aborted when it should stop; undefined outside of a handler. */
export function callSignal(): AbortSignal | undefined {
  const first = currentCall()?.first;
  return first?.owner.signalOf(first);
}
