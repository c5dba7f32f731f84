import type { InFlightRecord } from '../pipeline/index.js';
import type { ConfirmationGate } from '../transport/index.js';
import { EarlyCommitError } from './errors.js';
import type { UnitOfWork } from './idempotency-store.js';

/**
 * Prevents an offset from being committed before the transaction: a crash between the two would lose the effect. A
 * handler that commits its offset has finished its work, so its transaction is committed first. Records that it only
 * acknowledges are settled after it has returned.
 *
 * @param records all records of the unit of work
 */
export function gateOf(unit: UnitOfWork, records: readonly InFlightRecord[]): ConfirmationGate {
  const refuse = (what: string): never => {
    const { topic = '', partition = -1 } = records[0]?.owner ?? {};
    throw new EarlyCommitError(topic, partition, what);
  };
  return {
    async beforeCommit(asked) {
      // Completing would make the receipts of all records durable, also of those not handled yet.
      const confirmed = new Set(asked);
      if (!records.every((record) => confirmed.has(record))) refuse('committing a part of the batch');
      await unit.complete();
    },
    acknowledge: () => undefined,
    commitOffsets: async () => refuse('consumer.commitOffsets()'),
  };
}
