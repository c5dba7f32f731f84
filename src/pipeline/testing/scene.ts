import type { DeadLetterLimit, FailureDestination, LastResort } from '../handler/failure-policy.js';
import type { Clock, Turn } from '../time/clock.js';
import { InFlightLimiter } from '../records/in-flight-limiter.js';
import type { FetchedRecord } from '../records/fetched.js';
import type { InFlightRecord } from '../records/in-flight.js';
import { toOffset } from '../records/offset.js';
import { GroupPipeline } from '../group.js';
import type { FailedRecord } from '../records/failed.js';
import type { CommitMode, Delay, Handler, Order, PassedOver } from '../handler/handler.js';
import type { FailureEvent } from '../failures/failure-event.js';
import type { PartitionPipeline } from '../partition.js';
import type { ParkingStore } from '../parking/parking-store.js';
import { ModelParkingStore } from './model-parking-store.js';
import { ModelBroker, modelPartition } from './model-broker.js';
import { endlessTurn, settled, VirtualClock } from './virtual-time.js';

/** A call of the handler that the test ends. */
export interface Call {
  readonly offsets: readonly string[];
  readonly records: readonly InFlightRecord[];
  readonly signal: AbortSignal;
  returns(result?: unknown): Promise<void>;
  fails(error?: unknown): Promise<void>;
}

/** Options that differ from the defaults. */
export interface SceneOptions {
  readonly read?: 'one' | 'batch';
  readonly order?: Order;
  readonly commit?: CommitMode;
  readonly concurrency?: number;
  readonly timeoutMs?: number;
  readonly maxRecords?: number;
  readonly maxWaitMs?: number;
  /** Limit of records in flight; bytes are not limited. */
  readonly limit?: number;
  /** Calls until a record fails for good; unlimited by default. */
  readonly attempts?: number;
  /** How long after its first failure a record is retried; unlimited by default. */
  readonly maxElapsedMs?: number;
  readonly onFailure?: LastResort;
  readonly deadLetterLimit?: DeadLetterLimit;
  /** The keys of a second partition, which the member has too. */
  readonly other?: string;
  /** The offset that the group has committed before. */
  readonly committed?: number;
  readonly parkingStore?: ModelParkingStore;
  readonly parkLimit?: number;
  readonly delay?: Delay;
  readonly passesOver?: (record: FetchedRecord, partition: number) => PassedOver | undefined;
  /** Replaces the calls that the test ends. */
  readonly invoke?: (record: InFlightRecord) => unknown;
  /** Whether the topic's handler is known. */
  readonly isHandled?: () => boolean;
  readonly turnOf?: (clock: Clock) => Turn;
}

/** The delay of every retry. */
export const RETRY_MS = 100;
export const COMMIT_INTERVAL_MS = 1000;

/**
 * One partition, one handler, an in-memory broker and a virtual clock. The log has a record for each character of
 * `keys`, which is its key; `-` stands for no key. The option `other` adds a second partition.
 */
export class Scene {
  readonly clock = new VirtualClock();
  readonly broker: ModelBroker;
  readonly limiter: InFlightLimiter;
  readonly group: GroupPipeline;
  readonly calls: Call[] = [];
  /** What was stored elsewhere: `destination offset`, in order. */
  readonly stored: string[] = [];
  /** Errors of the next attempts to store a record; once empty, attempts succeed. */
  readonly storeErrors: Error[] = [];
  /** Whether records are too large for the parking topic and become dead letters. */
  rejectsParking = false;
  /** Failures and resets that the group reported: `event offset`. */
  readonly reported: string[] = [];

  constructor(keys: string, options: SceneOptions = {}) {
    const logs = [keys, options.other].filter((each) => each !== undefined);
    const partitions = logs.map((each, partition) => {
      const records = [...each].map((key) => ({ gap: 0, key: key === '-' ? null : key }));
      return modelPartition(partition, records, 0);
    });
    this.broker = new ModelBroker(partitions, this.clock);
    this.limiter = new InFlightLimiter({ records: options.limit ?? 1000, bytes: Infinity });
    const handler = this.#handler(options);
    this.group = new GroupPipeline({
      handlerOf: () => (options.isHandled?.() === false ? undefined : handler),
      fetching: this.broker,
      commits: this.broker,
      commitIntervalMs: COMMIT_INTERVAL_MS,
      limiter: this.limiter,
      events: {
        failed: (event) => void this.reported.push(textOf(event)),
        passedOver: (_at, offset, why) => void this.reported.push(`passed over ${offset}: ${why}`),
        dueTooLate: (_at, offset, excessMs) =>
          void this.reported.push(`due too late ${offset} by ${excessMs}`),
        rewound: (from, to) => void this.reported.push(`rewound from ${from.offset} to ${to.offset}`),
      },
      clock: this.clock,
      turn: (options.turnOf ?? (() => endlessTurn))(this.clock),
      random: () => 0.5,
    });
    if (options.committed !== undefined) this.partition.committed = toOffset(options.committed);
    this.broker.join(this.group, [true, true], false);
  }

  get partition() {
    return this.broker.at({ topic: 't', partition: 0 });
  }

  get other() {
    return this.broker.at({ topic: 't', partition: 1 });
  }

  get pipeline(): PartitionPipeline {
    const pipeline = this.group.partition(this.partition);
    if (!pipeline) throw new Error('the partition is not assigned');
    return pipeline;
  }

  /** The offsets of each call. */
  get called(): string[] {
    return this.calls.map(({ offsets }) => offsets.join());
  }

  call(at: number): Call {
    const call = this.calls.at(at);
    if (!call) throw new RangeError(`call ${at} was not made`);
    return call;
  }

  /** Fetches up to `most` records, and waits until all resulting calls have started. */
  fetch(most = 1000): Promise<void> {
    this.broker.fetch(this.group, this.partition, most);
    return settled();
  }

  /** Lets the next commit interval pass, and returns the committed offset. */
  async committed(): Promise<string> {
    await this.clock.advance(COMMIT_INTERVAL_MS + this.broker.commitDelayMs);
    return this.partition.committed;
  }

  rejoin(continuous: boolean, owned = true): void {
    this.broker.join(this.group, [owned], continuous);
  }

  #handler(options: SceneOptions): Handler {
    const { read = 'one', order = 'key', commit = 'auto', concurrency = 10 } = options;
    const shared = {
      order,
      commit,
      concurrency,
      failures: {
        retry: {
          attempts: options.attempts ?? Infinity,
          backoff: { initialMs: 2 * RETRY_MS, maxMs: 2 * RETRY_MS },
          maxElapsedMs: options.maxElapsedMs ?? Infinity,
          isRetriable: () => true,
        },
        onFailure: options.onFailure ?? 'dead-letter',
      },
      deadLetterLimit: options.deadLetterLimit,
      store: this.#store.bind(this),
      timeoutMs: options.timeoutMs,
      completion: () => undefined,
      ...(options.parkingStore && {
        parking: {
          limit: options.parkLimit ?? 100,
          storeOf: () => options.parkingStore ?? new ModelParkingStore(),
        },
      }),
      ...(options.delay && { delay: options.delay }),
      ...(options.passesOver && { passesOver: options.passesOver }),
    };
    const { maxRecords = 10, maxWaitMs = 50, invoke = (record) => this.#called([record]) } = options;
    return read === 'one'
      ? { ...shared, read, invoke }
      : { ...shared, read, maxRecords, maxWaitMs, invoke: (records) => this.#called(records) };
  }

  async #store(
    asked: FailureDestination,
    failed: FailedRecord,
    parkingStore: ParkingStore | undefined,
  ): Promise<FailureDestination> {
    const how = this.rejectsParking && asked === 'park' ? 'dead-letter' : asked;
    const error = this.storeErrors.shift();
    if (error) throw error;
    if (how === 'park') await parkingStore?.park(failed);
    this.stored.push(`${how} ${failed.record.offset}`);
    return how;
  }

  #called(records: readonly InFlightRecord[]): Promise<unknown> {
    const [first] = records;
    if (!first) throw new Error('called without records');
    return new Promise((resolve, reject) => {
      this.calls.push({
        records,
        offsets: records.map(({ offset }) => offset),
        signal: first.owner.signalOf(first),
        returns: (result) => {
          resolve(result);
          return settled();
        },
        fails: (error = new Error('as told')) => {
          reject(error instanceof Error ? error : new Error(String(error)));
          return settled();
        },
      });
    });
  }
}

/** A short text for an event: what happened, and at which offset. */
function textOf(event: FailureEvent): string {
  switch (event.kind) {
    case 'breaker closed':
    case 'parking unavailable':
      return event.kind;
    case 'failed for good':
      return `${event.outcome} ${event.record.offset}`;
    default:
      return `${event.kind} ${event.record.offset}`;
  }
}
