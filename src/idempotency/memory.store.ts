import { outsideTimeout } from '../transport/handlers/outside-timeout.js';
import { type Claim, IdempotencyStore, type UnitOfWork } from './idempotency-store.js';

const ANOTHER_DELIVERY = { kind: 'resource', what: 'another delivery of the record' } as const;

/** Limits of a {@link MemoryStore}. */
export interface MemoryStoreOptions {
  /** Maximum number of receipts; above it the oldest is deleted. Default 100,000. */
  readonly maxReceipts?: number;
  /** How long a receipt is kept. Default one hour. */
  readonly ttlMs?: number;
  /** Current time in ms since the epoch. */
  readonly now?: () => number;
}

/**
 * Stores receipts in the memory of this process, for tests and for handlers whose effect is in memory too. Receipts are lost
 * at a restart and not shared with other members of the group.
 */
export class MemoryStore extends IdempotencyStore {
  /** Creation time of each receipt, oldest first. */
  readonly #receipts = new Map<string, number>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #maxReceipts: number;
  readonly #ttlMs: number;
  readonly #now: () => number;

  constructor({ maxReceipts = 100_000, ttlMs = 3_600_000, now = Date.now }: MemoryStoreOptions = {}) {
    super();
    this.#maxReceipts = maxReceipts;
    this.#ttlMs = ttlMs;
    this.#now = now;
  }

  /** Number of receipts that have not expired. */
  get size(): number {
    this.#forget();
    return this.#receipts.size;
  }

  async once({ scope, keys, signal }: Claim, work: (unit: UnitOfWork) => Promise<void>): Promise<boolean> {
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const held: string[] = [];
    try {
      // Sorted, so that no two claims wait for each other.
      for (const id of keys.map((key) => idOf(scope, key)).toSorted()) {
        for (let other = this.#running.get(id); other; other = this.#running.get(id)) {
          const running = other;
          await outsideTimeout(ANOTHER_DELIVERY, () => endOf(running, signal));
        }
        // No await between the check and this line, so no other claim can interfere.
        this.#running.set(id, ended);
        held.push(id);
      }
      return await this.#work(scope, keys, work, signal);
    } finally {
      for (const id of held) this.#running.delete(id);
      end();
    }
  }

  async #work(
    scope: string,
    keys: readonly string[],
    work: (unit: UnitOfWork) => Promise<void>,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    this.#forget();
    const fresh = keys.filter((key) => !this.#receipts.has(idOf(scope, key)));
    if (fresh.length === 0) return false;
    let isComplete = false;
    const complete = async (): Promise<void> => {
      if (isComplete) return;
      isComplete = true;
      for (const key of fresh) this.#receipts.set(idOf(scope, key), this.#now());
      this.#forget();
    };
    await work({ fresh, complete });
    if (!isComplete) signal?.throwIfAborted();
    await complete();
    return true;
  }

  #forget(): void {
    const oldest = this.#now() - this.#ttlMs;
    for (const [id, at] of this.#receipts) {
      if (at > oldest && this.#receipts.size <= this.#maxReceipts) return;
      this.#receipts.delete(id);
    }
  }
}

/** An unambiguous id: the length separates scope and key. */
function idOf(scope: string, key: string): string {
  return `${scope.length} ${scope} ${key}`;
}

async function endOf(running: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  let stop = (): void => undefined;
  const aborted = new Promise<void>((resolve) => (stop = resolve));
  signal?.addEventListener('abort', stop, { once: true });
  await Promise.race([running, aborted]);
  signal?.removeEventListener('abort', stop);
  signal?.throwIfAborted();
}
