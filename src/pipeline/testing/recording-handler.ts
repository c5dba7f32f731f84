import type { FailedRecord } from '../records/failed.js';
import type { CommitMode, Handler, Order } from '../handler/handler.js';
import type { TopicPartition } from '../records/fetched.js';
import type { InFlightRecord, RecordOwner } from '../records/in-flight.js';
import { compareOffsets, type Offset } from '../records/offset.js';
import { BatchRecordError, UndecodableRecordsError } from '../errors/errors.js';
import type { VirtualClock } from './virtual-time.js';

/** How a handler behaves in its next call. */
export interface Behaviour {
  readonly delayMs: number;
  readonly fails: boolean;
  /** How it reports a batch that failed. */
  readonly blames?: Blame;
}

/**
 * How a batch handler fails: it names no record, returns outcomes with a rejection for every second record, returns
 * outcomes that match no records, names the last record, or cannot decode every second one.
 */
export type Blame = 'nobody' | 'outcomes' | 'misfit' | 'last' | 'unreadable';

/** The options of a recording handler. */
export interface RecordingOptions {
  readonly read: 'one' | 'batch';
  readonly order: Order;
  readonly commit: CommitMode;
  readonly concurrency: number;
  /** Calls until a record has failed for good. */
  readonly attempts: number;
}

/** What happened to one partition within one ownership. */
interface Ownership {
  readonly activeCalls: Set<string | undefined>;
  readonly lastHandled: Map<string | undefined, Offset>;
  readonly handled: Set<Offset>;
}

/** A handler with scripted behaviour that records each call that violates a guarantee. */
export class RecordingHandler {
  /** Every record that was handled successfully, or failed for good and was stored: `partition/offset`. */
  readonly handled = new Set<string>();
  /** Violated guarantees. A test expects none. */
  readonly violations: string[] = [];
  /** Whether calls no longer fail. */
  healed = false;
  readonly #ownerships = new WeakMap<object, Ownership>();
  readonly #tokens = new WeakMap<RecordOwner, object>();
  #calls = 0;

  constructor(
    private readonly options: RecordingOptions,
    private readonly behaviours: readonly Behaviour[],
    private readonly clock: VirtualClock,
    /** Identifies the partition's current ownership. */
    private readonly tokenOf: (at: TopicPartition) => object,
  ) {}

  toHandler(): Handler {
    const { read, order, commit, concurrency } = this.options;
    const shared = {
      commit,
      order,
      concurrency,
      failures: {
        retry: {
          attempts: this.options.attempts,
          backoff: { initialMs: 10, maxMs: 100 },
          maxElapsedMs: Infinity,
          isRetriable: () => true,
        },
        onFailure: 'dead-letter',
      } as const,
      deadLetterLimit: { consecutive: 4, ratio: 0.5, window: 20 },
      store: (_how: unknown, failed: FailedRecord) => this.#store(failed),
      timeoutMs: undefined,
      completion: () => undefined,
    };
    return read === 'one'
      ? { ...shared, read, invoke: (record) => this.#call([record]) }
      : { ...shared, read, maxRecords: 5, maxWaitMs: 20, invoke: (records) => this.#call(records) };
  }

  /** Storing takes time, and fails as often as calls do. */
  #store({ at, record }: FailedRecord): Promise<'dead-letter'> {
    const { delayMs, fails } = this.#nextBehaviour();
    return new Promise((resolve, reject) => {
      this.clock.schedule(delayMs + 1, () => {
        if (fails && !this.healed) {
          reject(new Error('not stored, as told'));
          return;
        }
        this.handled.add(`${at.partition}/${record.offset}`);
        resolve('dead-letter');
      });
    });
  }

  #nextBehaviour(): Behaviour {
    return this.behaviours[this.#calls++ % this.behaviours.length] ?? { delayMs: 0, fails: false };
  }

  #call(records: readonly InFlightRecord[]): unknown {
    const behaviour = this.#nextBehaviour();
    this.#start(records);
    if (behaviour.delayMs === 0) return this.#end(records, behaviour);
    return new Promise((resolve, reject) => {
      this.clock.schedule(behaviour.delayMs, () => {
        try {
          resolve(this.#end(records, behaviour));
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    });
  }

  #start(records: readonly InFlightRecord[]): void {
    const [first] = records;
    if (!first) throw new Error('called without records');
    const { activeCalls, lastHandled, handled } = this.#ownership(first);
    for (const record of records) {
      const lane = this.#laneOf(record);
      if (handled.has(record.offset)) this.#violated(record, 'handled twice in one ownership');
      if (lane === undefined) continue;
      if (activeCalls.has(lane))
        this.#violated(record, 'started while another record of its lane was running');
      const last = lastHandled.get(lane);
      if (last && compareOffsets(record.offset, last) < 0) this.#violated(record, `overtaken by ${last}`);
    }
    for (const record of records) activeCalls.add(this.#laneOf(record));
  }

  #end(records: readonly InFlightRecord[], { fails, blames = 'nobody' }: Behaviour): unknown {
    const [first] = records;
    if (!first) return undefined;
    const { activeCalls } = this.#ownership(first);
    for (const record of records) activeCalls.delete(this.#laneOf(record));
    if (fails && !this.healed) return this.#fail(records, this.options.read === 'batch' ? blames : 'nobody');
    this.#handle(records, () => true);
    if (this.options.commit === 'auto') return undefined;
    return first.owner.commit(records).catch(() => undefined);
  }

  #fail(records: readonly InFlightRecord[], blames: Blame): unknown {
    const error = new Error('as told');
    const last = records.length - 1;
    const odd = [...records.keys()].filter((at) => at % 2 === 1 || at === last);
    switch (blames) {
      case 'nobody':
        throw error;
      case 'misfit':
        return [...records.map(() => ({ status: 'fulfilled' })), { status: 'rejected', reason: error }];
      case 'unreadable':
        throw new UndecodableRecordsError(new Map(odd.map((at) => [at, error])));
      case 'last':
        this.#handle(records, (at) => at < last);
        throw new BatchRecordError(last, error);
      case 'outcomes':
        this.#handle(records, (at) => !odd.includes(at));
        return records.map((_, at) =>
          odd.includes(at)
            ? { status: 'rejected', reason: error }
            : { status: 'fulfilled', value: undefined },
        );
    }
  }

  /** If the handler continued behind a failed record, overtaking that record is allowed. */
  #handle(records: readonly InFlightRecord[], isHandled: (at: number) => boolean): void {
    const failedLanes = new Set<string | undefined>();
    for (const [at, record] of records.entries()) {
      const { lastHandled, handled } = this.#ownership(record);
      const lane = this.#laneOf(record);
      if (!isHandled(at)) {
        failedLanes.add(lane);
        continue;
      }
      this.handled.add(`${record.owner.partition}/${record.offset}`);
      handled.add(record.offset);
      if (!failedLanes.has(lane)) lastHandled.set(lane, record.offset);
    }
  }

  #ownership({ owner }: InFlightRecord): Ownership {
    const token = this.#tokens.get(owner) ?? this.tokenOf(owner);
    this.#tokens.set(owner, token);
    const known = this.#ownerships.get(token);
    if (known) return known;
    const ownership: Ownership = { activeCalls: new Set(), lastHandled: new Map(), handled: new Set() };
    this.#ownerships.set(token, ownership);
    return ownership;
  }

  #laneOf({ record }: InFlightRecord): string | undefined {
    if (this.options.order === 'partition') return '';
    if (this.options.order === 'none' || record.key === null) return undefined;
    return `key ${Buffer.from(record.key).toString()}`;
  }

  #violated({ owner, offset }: InFlightRecord, what: string): void {
    this.violations.push(`${owner.partition}/${offset}: ${what}`);
  }
}
