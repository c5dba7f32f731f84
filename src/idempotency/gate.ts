import type { InFlightRecord } from '../pipeline/index.js';
import type { ConfirmationGate } from '../transport/index.js';
import { EarlyCommitError } from './errors.js';
import type { UnitOfWork } from './idempotency-store.js';

/**
 * Keeps an offset from being committed before the transaction: a crash between the two would lose the effect for
 * good. A handler that commits says that it is done, so its transaction is committed first; what it only
 * acknowledges is settled once it has returned.
 *
 * @param records all that the unit of work is about
 */
export function gateOf(unit: UnitOfWork, records: readonly InFlightRecord[]): ConfirmationGate {
  const refuse = (what: string): never => {
    const { topic = '', partition = -1 } = records[0]?.owner ?? {};
    throw new EarlyCommitError(topic, partition, what);
  };
  return {
    async beforeCommit(asked) {
      // The marks of all of them would be made durable, also of those that the handler has not come to.
      const confirmed = new Set(asked);
      if (!records.every((record) => confirmed.has(record))) refuse('committing a part of the batch');
      await unit.complete();
    },
    acknowledge: () => undefined,
    commitOffsets: async () => refuse('consumer.commitOffsets()'),
  };
}
