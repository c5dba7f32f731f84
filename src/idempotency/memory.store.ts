import { notCounting } from '../transport/handlers/own-time.js';
import { type Claim, IdempotencyStore, type UnitOfWork } from './idempotency-store.js';

const ANOTHER_DELIVERY = { kind: 'resource', what: 'another delivery of the record' } as const;

/** How much, and for how long, a {@link MemoryStore} remembers. */
export interface MemoryStoreOptions {
  /** Beyond it the oldest mark is forgotten. Default 100,000. */
  readonly maxMarks?: number;
  /** Default one hour. */
  readonly ttlMs?: number;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/**
 * Remembers in this process, for tests and for handlers whose effect is in its memory too: a restart, or another
 * member of the group, knows nothing of it.
 */
export class MemoryStore extends IdempotencyStore {
  /** When each mark was made, oldest first. */
  readonly #marks = new Map<string, number>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #maxMarks: number;
  readonly #ttlMs: number;
  readonly #now: () => number;

  constructor({ maxMarks = 100_000, ttlMs = 3_600_000, now = Date.now }: MemoryStoreOptions = {}) {
    super();
    this.#maxMarks = maxMarks;
    this.#ttlMs = ttlMs;
    this.#now = now;
  }

  /** Marks that are kept, those that are too old left out. */
  get size(): number {
    this.#forget();
    return this.#marks.size;
  }

  async once({ scope, keys, signal }: Claim, work: (unit: UnitOfWork) => Promise<void>): Promise<boolean> {
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const held: string[] = [];
    try {
      // In one order for all, so that no two claims wait for each other.
      for (const id of keys.map((key) => idOf(scope, key)).toSorted()) {
        for (let other = this.#running.get(id); other; other = this.#running.get(id)) {
          const running = other;
          await notCounting(ANOTHER_DELIVERY, () => endOf(running, signal));
        }
        // Nothing is awaited between the look and this.
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
    const fresh = keys.filter((key) => !this.#marks.has(idOf(scope, key)));
    if (fresh.length === 0) return false;
    let isComplete = false;
    const complete = async (): Promise<void> => {
      if (isComplete) return;
      isComplete = true;
      for (const key of fresh) this.#marks.set(idOf(scope, key), this.#now());
      this.#forget();
    };
    await work({ fresh, complete });
    if (!isComplete) signal?.throwIfAborted();
    await complete();
    return true;
  }

  #forget(): void {
    const oldest = this.#now() - this.#ttlMs;
    for (const [id, at] of this.#marks) {
      if (at > oldest && this.#marks.size <= this.#maxMarks) return;
      this.#marks.delete(id);
    }
  }
}

/** Neither part may run into the other. */
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
