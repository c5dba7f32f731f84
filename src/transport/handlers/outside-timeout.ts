import type { CallWait } from '../../pipeline/index.js';
import { currentCall } from './invocation/handler-call.js';

/**
 * Waits for something that the handler can't help, as for a free connection: that time does not count for its
 * `timeoutMs`, and `/health` says what it waits for. Outside of a handler it just waits.
 */
export async function outsideTimeout<T>(wait: CallWait, until: () => Promise<T>): Promise<T> {
  const first = currentCall()?.first;
  if (!first) return until();
  const goOn = first.owner.waitStarted(first, wait);
  try {
    return await until();
  } finally {
    goOn();
  }
}

/** Aborted once the handler that the running code is part of should stop; undefined outside of any. */
export function callSignal(): AbortSignal | undefined {
  const first = currentCall()?.first;
  return first?.owner.signalOf(first);
}
