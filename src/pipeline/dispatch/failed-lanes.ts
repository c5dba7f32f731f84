import type { InFlightRecord } from '../records/in-flight.js';
import type { Delivery, Redeliveries } from './redeliveries.js';

/** What identifies a record's lane: its name, or the record itself if it has a lane to itself. */
function laneOf(record: InFlightRecord): unknown {
  return record.lane ?? record;
}

/**
 * The unsettled records of a batch of which some failed: those, and the ones that were not handled. They are
 * redelivered together, once each failed record is either settled or due for a retry. A stuck record delays only the
 * records behind it in its own lane.
 */
export class FailedLanes {
  /** Failed records that are not settled and not due again. */
  readonly #open: Set<InFlightRecord>;
  /** Those of them that stay unsettled until an operator or a dependency resolves the cause. */
  readonly #stuck = new Set<InFlightRecord>();
  #next: InFlightRecord[];
  /** Lanes that were separated, by their failed records. */
  readonly #left = new Map<InFlightRecord, FailedLanes>();
  #isHandlingEarlier = false;

  /** @param rest records that were neither handled nor failed */
  constructor(
    private readonly delivery: Delivery,
    failed: readonly InFlightRecord[],
    rest: readonly InFlightRecord[],
    private readonly redeliveries: Redeliveries,
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

  /** The record stays unsettled until an operator or a dependency resolves the cause. */
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
    const delivery = this.redeliveries.split(this.delivery, [...failed, ...rest]);
    this.#next = this.#next.filter((each) => !isOfLane(each));
    const lane = new FailedLanes(delivery, failed, rest, this.redeliveries);
    for (const each of failed) {
      this.#open.delete(each);
      this.#left.set(each, lane);
    }
    return lane;
  }

  #advance(): void {
    if (this.#isHandlingEarlier) return;
    const [first] = inOrder(this.#open);
    if (!first) this.redeliveries.redeliver(this.delivery, inOrder(this.#next));
    else if (this.#stuck.has(first)) this.#handleBefore(first);
  }

  /** Records before a stuck record need not wait for it; those behind it wait for both. */
  #handleBefore({ sequence }: InFlightRecord): void {
    const before = this.#next.filter((each) => each.sequence < sequence);
    if (before.length === 0) return;
    this.#next = this.#next.filter((each) => each.sequence > sequence);
    this.#isHandlingEarlier = true;
    const whenDone = (): void => {
      this.#isHandlingEarlier = false;
      this.#advance();
    };
    // The waiting records keep their lanes but not the slot that a wait for a dependency occupies: with a single
    // slot, the earlier records would never start.
    this.redeliveries.releaseSlot(this.delivery);
    this.redeliveries.redeliver({ ...this.redeliveries.split(this.delivery, []), whenDone }, inOrder(before));
  }
}

function inOrder(records: Iterable<InFlightRecord>): InFlightRecord[] {
  return [...records].toSorted((a, b) => a.sequence - b.sequence);
}
