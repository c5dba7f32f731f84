import { AsyncLocalStorage } from 'node:async_hooks';
import type { InFlightRecord } from '../../pipeline/index.js';
import { CodedError } from '../../errors/index.js';

/** Work whose effect may not be durable yet, such as a database transaction. */
export interface UnfinishedWork {
  /** Whether its effect is durable. */
  readonly isCommitted: boolean;
}

/** The unfinished work that the running code is part of, innermost first. */
interface Scope {
  readonly work: UnfinishedWork;
  readonly around: Scope | undefined;
}

/**
 * A handler confirms a record within a transaction that is not committed. If the offset were committed first, a crash or
 * a failed COMMIT would lose the effect. The transaction would also hold its connection while the commit waits for
 * earlier records, which may wait for a connection.
 */
export class OpenTransactionError extends CodedError {
  readonly code = 'OPEN_TRANSACTION';

  constructor({ offset, owner: { topic, partition } }: InFlightRecord) {
    super(
      `${topic}[${partition}] at offset ${offset}: the handler confirms the record within a transaction that is not ` +
        `committed, so its effect could still be lost. Confirm it after database.transaction() has resolved, or let ` +
        `@Idempotent commit both in the right order`,
    );
  }
}

const scopes = new AsyncLocalStorage<Scope>();

/** Runs a function as part of work: it cannot confirm records until the work is committed. */
export function asPartOf<T>(work: UnfinishedWork, run: () => T): T {
  return scopes.run({ work, around: scopes.getStore() }, run);
}

/** Whether the running code is part of work that is not committed. */
export function isInUnfinishedWork(): boolean {
  for (let scope = scopes.getStore(); scope; scope = scope.around) if (!scope.work.isCommitted) return true;
  return false;
}

/** @throws OpenTransactionError if the running code is part of work that is not committed */
export function requireDurable(record: InFlightRecord): void {
  if (isInUnfinishedWork()) throw new OpenTransactionError(record);
}
