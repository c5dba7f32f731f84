import type { LaneBatch } from './batch-lanes.js';
import type { InFlightRecord } from '../records/in-flight.js';

/** What is left to handle of a batch. Its lanes stay closed until that is nothing. */
export interface Delivery {
  readonly batch: LaneBatch;
  /** In offset order; never empty once it is delivered. */
  readonly records: readonly InFlightRecord[];
  /** Whether each is handled by itself, to find the one to blame. */
  readonly singly: boolean;
  /** Called once all of the records are settled. */
  readonly whenDone?: () => void;
}

/** What the failed lanes ask of the runner. */
export interface Redelivery {
  /** Makes a delivery of its own out of some of a delivery's records, with the lanes that they are in. */
  split(delivery: Delivery, records: readonly InFlightRecord[]): Delivery;
  /** Gives the delivery's place to another batch; its lanes stay closed. */
  leaveSlot(delivery: Delivery): void;
  /** Delivers what is unsettled of these records. */
  redeliver(delivery: Delivery, records: readonly InFlightRecord[]): void;
}

/** What identifies a record's lane: its name, or the record itself where it has a lane to itself. */
function laneOf(record: InFlightRecord): unknown {
  return record.lane ?? record;
}

/**
 * What is left of a batch of which records failed: those records, and what the call has not come to. It is handled
 * again together, once it is known of each failed record whether it is handled again. A record that is stuck holds
 * up nothing but what is behind it in its own lane.
 */
export class FailedLanes {
  /** Failed records that are not settled and not due again. */
  readonly #open: Set<InFlightRecord>;
  /** Those of them that stay as they are until something outside changes. */
  readonly #stuck = new Set<InFlightRecord>();
  #next: InFlightRecord[];
  /** Lanes that have left, by their failed records. */
  readonly #left = new Map<InFlightRecord, FailedLanes>();
  #isHandlingEarlier = false;

  /** @param rest records that were neither handled nor failed */
  constructor(
    private readonly delivery: Delivery,
    failed: readonly InFlightRecord[],
    rest: readonly InFlightRecord[],
    private readonly redelivery: Redelivery,
  ) {
    this.#open = new Set(failed);
    this.#next = [...rest];
  }

  /** The record is to be handled again. */
  again(record: InFlightRecord): void {
    const lanes = this.#left.get(record) ?? this;
    lanes.#next.push(record);
    lanes.#close(record);
  }

  /** The record is settled. */
  done(record: InFlightRecord): void {
    (this.#left.get(record) ?? this).#close(record);
  }

  /** The record stays as it is until something outside changes. */
  stuck(record: InFlightRecord): void {
    if (this.#left.has(record)) return;
    const lane = this.#separate(record);
    lane.#stuck.add(record);
    lane.#advance();
    if (lane !== this) this.#advance();
  }

  #close(record: InFlightRecord): void {
    this.#open.delete(record);
    this.#advance();
  }

  /** The lane of a record, without the others. */
  #separate(record: InFlightRecord): FailedLanes {
    const isOfLane = (each: InFlightRecord): boolean => laneOf(each) === laneOf(record);
    const failed = [...this.#open].filter(isOfLane);
    const rest = this.#next.filter(isOfLane);
    if (failed.length === this.#open.size && rest.length === this.#next.length) return this;
    const delivery = this.redelivery.split(this.delivery, [...failed, ...rest]);
    this.#next = this.#next.filter((each) => !isOfLane(each));
    const lane = new FailedLanes(delivery, failed, rest, this.redelivery);
    for (const each of failed) {
      this.#open.delete(each);
      this.#left.set(each, lane);
    }
    return lane;
  }

  #advance(): void {
    if (this.#isHandlingEarlier) return;
    const [first] = inOrder(this.#open);
    if (!first) this.redelivery.redeliver(this.delivery, inOrder(this.#next));
    else if (this.#stuck.has(first)) this.#handleBefore(first);
  }

  /** Nothing that is before a stuck record has to wait for it; what is behind that record waits for both. */
  #handleBefore({ sequence }: InFlightRecord): void {
    const before = this.#next.filter((each) => each.sequence < sequence);
    if (before.length === 0) return;
    this.#next = this.#next.filter((each) => each.sequence > sequence);
    this.#isHandlingEarlier = true;
    const whenDone = (): void => {
      this.#isHandlingEarlier = false;
      this.#advance();
    };
    // The lane itself stays with what waits. Its place, which it has kept where a record waits for a dependency, does not:
    // with one place in all, the records before would wait for it for ever.
    this.redelivery.leaveSlot(this.delivery);
    this.redelivery.redeliver({ ...this.redelivery.split(this.delivery, []), whenDone }, inOrder(before));
  }
}

function inOrder(records: Iterable<InFlightRecord>): InFlightRecord[] {
  return [...records].toSorted((a, b) => a.sequence - b.sequence);
}
