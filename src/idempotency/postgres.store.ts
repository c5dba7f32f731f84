import { createHash } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { KAFKA_CONFIG, type KafkaModuleConfig } from '../config/index.js';
import {
  Database,
  DatabaseUnavailableError,
  isAboutData,
  requireDatabase,
  sqlStateOf,
  type Transaction,
} from '../database/index.js';
import { outsideTimeout } from '../transport/handlers/outside-timeout.js';
import { type Claim, IdempotencyStore, type UnitOfWork } from './idempotency-store.js';
import { createReceipts, deleteReceipts, insertReceipts } from './receipts.js';

const PRUNE_EVERY_MS = 600_000;
const PRUNE_AT_ONCE = 1_000;
const LONGEST_KEY = 255;
/** Prefix of hashed keys; a key that starts with it is hashed too, so that the two cannot be confused. */
const HASHED = 'sha256:';

/**
 * Stores receipts in PostgreSQL, in the transaction of the handler: the receipt and the handler's writes through
 * {@link Database} are committed together or not at all. A second delivery waits on the primary key of the receipt until
 * the first transaction has ended.
 */
@Injectable()
export class PostgresStore extends IdempotencyStore {
  readonly #logger = new Logger('Idempotency');
  #created: Promise<void> | undefined;
  #pruning: NodeJS.Timeout | undefined;

  /** @internal */
  constructor(
    private readonly database: Database,
    @Inject(KAFKA_CONFIG) private readonly config: KafkaModuleConfig,
  ) {
    super();
  }

  /** @throws ConfigError if no database is configured and the embedded one is not allowed */
  override start(): void {
    requireDatabase(this.config);
    this.#ready().catch((error: unknown) => this.#warn('cannot prepare the table of receipts yet', error));
    const prune = (): void => {
      this.prune().catch((error: unknown) => this.#warn('cannot delete expired receipts for now', error));
    };
    this.#pruning = setInterval(prune, PRUNE_EVERY_MS).unref();
  }

  override stop(): void {
    clearInterval(this.#pruning);
  }

  /**
   * @throws DatabaseUnavailableError if the receipt cannot be written for any reason other than its key: the record
   *   is not the cause and must not become a dead letter
   */
  once({ scope, keys, signal }: Claim, work: (unit: UnitOfWork) => Promise<void>): Promise<boolean> {
    return this.database.outside(async () => {
      await this.#beforeWork('the table of receipts', () => this.#ready());
      return this.database.transaction(async (transaction) => {
        const fresh = await this.#beforeWork('another delivery of the record', () =>
          this.#insert(transaction, scope, keys),
        );
        if (fresh.length === 0) return false;
        await work({ fresh, complete: () => transaction.commit() });
        if (!transaction.isOver) signal?.throwIfAborted();
        return true;
      }, signal);
    });
  }

  /** @returns the keys that had no receipt */
  async #insert(transaction: Transaction, scope: string, keys: readonly string[]): Promise<string[]> {
    const inserted = await insertReceipts(transaction, scope, keys.map(storable));
    return keys.filter((key) => inserted.has(storable(key)));
  }

  /** Runs work before the handler is called: its time and its failures do not count against the record. */
  async #beforeWork<T>(what: string, run: () => Promise<T>): Promise<T> {
    try {
      return await outsideTimeout({ kind: 'resource', what }, run);
    } catch (error) {
      const isToBlame = error instanceof TypeError || isAboutData(sqlStateOf(error));
      if (isToBlame || error instanceof DatabaseUnavailableError) throw error;
      throw new DatabaseUnavailableError('writing a receipt', error);
    }
  }

  /** Deletes the receipts that are older than `IDEMPOTENCY_TTL_HOURS`, and returns their number. */
  async prune(): Promise<number> {
    await this.#ready();
    let all = 0;
    for (;;) {
      const deleted = await deleteReceipts(this.database, this.config.idempotency.ttlMs, PRUNE_AT_ONCE);
      all += deleted;
      if (deleted < PRUNE_AT_ONCE) return all;
    }
  }

  async #ready(): Promise<void> {
    this.#created ??= createReceipts(this.database);
    try {
      await this.#created;
    } catch (error) {
      this.#created = undefined;
      throw error;
    }
  }

  #warn(what: string, error: unknown): void {
    this.#logger.warn(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The key in a form that a column can store: short enough for the index, no NUL, no unpaired surrogates. */
function storable(key: string): string {
  const isPlain = key.length <= LONGEST_KEY && !/[\0\p{Surrogate}]/u.test(key) && !key.startsWith(HASHED);
  if (isPlain) return key;
  return `${HASHED}${createHash('sha256').update(key, 'utf16le').digest('hex')}`;
}
