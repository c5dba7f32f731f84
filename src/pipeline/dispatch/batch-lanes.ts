import type { InFlightRecord } from '../records/in-flight.js';
import { Lane } from './lane.js';
import { OldestFirst } from './oldest-first.js';

/** Records of one call of a batch handler, in offset order. */
export interface LaneBatch {
  readonly records: readonly InFlightRecord[];
  /** @internal */
  lanes: readonly Lane[];
  /** Whether it occupies one of the concurrency slots. */
  holdsSlot: boolean;
}

/**
 * Forms batches from lanes that no running batch has records of. With one lane for the partition, batches run one
 * after the other; with a lane for each key, batches of different keys run concurrently.
 */
export class BatchLanes {
  readonly #lanes = new Map<string, Lane>();
  #idle: Lane[] = [];
  #startable = 0;
  #running = 0;

  /**
   * @param maxRecords the most a batch may hold
   * @param concurrency how many batches may run at once
   */
  constructor(
    readonly maxRecords: number,
    readonly concurrency: number,
  ) {}

  get running(): number {
    return this.#running;
  }

  /** Records that could start now if a slot were free. */
  get startable(): number {
    return this.#startable;
  }

  /** Whether a slot is free. */
  get hasSlot(): boolean {
    return this.#running < this.concurrency;
  }

  /** Whether a batch may start at all, however small, of records whose sequence is at most `limit`. */
  canTake(limit: number): boolean {
    if (!this.hasSlot || this.#startable === 0) return false;
    return limit === Infinity || this.#idle.some(({ sequence }) => sequence <= limit);
  }

  enqueue(record: InFlightRecord): void {
    const lane = this.#laneOf(record.lane);
    lane.push(record);
    if (lane.busy) return;
    if (lane.waiting === 1) this.#idle.push(lane);
    this.#startable++;
  }

  /**
   * Takes the next batch of records whose sequence is at most `limit`; call it only when one can be taken.
   *
   * It takes the oldest records. The remaining records of its lanes are therefore newer than the whole batch, and a
   * handler that awaits the commit of its batch never waits for its own lanes.
   */
  take(limit: number): LaneBatch {
    const records: InFlightRecord[] = [];
    const lanes = new Set<Lane>();
    const idle = new OldestFirst(this.#idle);
    while (records.length < this.maxRecords) {
      const lane = idle.first;
      if (!lane || lane.sequence > limit) break;
      if (!lanes.has(lane)) {
        this.#startable -= lane.waiting;
        lane.busy = true;
        lanes.add(lane);
      }
      const record = lane.shift();
      if (!record) break;
      records.push(record);
      if (lane.waiting === 0) idle.shift();
      else idle.firstChanged();
    }
    this.#idle = this.#idle.filter(({ busy }) => !busy);
    this.#running++;
    return { records, lanes: [...lanes], holdsSlot: true };
  }

  /** Frees the batch's slot for another; its lanes stay busy. */
  releaseSlot(batch: LaneBatch): void {
    if (!batch.holdsSlot) return;
    batch.holdsSlot = false;
    this.#running--;
  }

  /** Occupies a slot again after `releaseSlot`. */
  takeSlot(batch: LaneBatch): void {
    batch.holdsSlot = true;
    this.#running++;
  }

  /** Moves some of a batch's records, with their lanes, to a batch of its own, which holds no slot. */
  split(batch: LaneBatch, records: readonly InFlightRecord[]): LaneBatch {
    const names = new Set(records.map(({ lane }) => lane));
    const lanes = batch.lanes.filter(({ name }) => names.has(name));
    batch.lanes = batch.lanes.filter(({ name }) => !names.has(name));
    return { records, lanes, holdsSlot: false };
  }

  /** Frees the batch's lanes for the records that arrived meanwhile. */
  done(batch: LaneBatch): void {
    this.releaseSlot(batch);
    for (const lane of batch.lanes) {
      lane.busy = false;
      if (lane.waiting > 0) {
        this.#idle.push(lane);
        this.#startable += lane.waiting;
      } else if (lane.name !== undefined) this.#lanes.delete(lane.name);
    }
  }

  #laneOf(name: string | undefined): Lane {
    const known = name === undefined ? undefined : this.#lanes.get(name);
    if (known) return known;
    const lane = new Lane(name);
    if (name !== undefined) this.#lanes.set(name, lane);
    return lane;
  }
}
