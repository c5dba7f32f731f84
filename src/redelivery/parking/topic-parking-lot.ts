import { randomUUID } from 'node:crypto';
import type { KeyName } from '../../core/failures/parked-keys.js';
import type { ParkedRecord, ParkingLot } from '../../core/pipeline/parking.js';
import type { FetchedRecord, RawHeaders } from '../../core/records/fetched.js';
import { compareOffsets, type Offset, offsetAfter } from '../../core/records/offset.js';
import type { OutgoingRecord, PartitionReader, RecordProducer } from '../../kafka/consumer-port.js';
import { type ParkedEntry, parseEntry, toParked, toRelease, toTakenOut } from './parked-entry.js';
import { ParkedPartition } from './parked-partition.js';

/** What a partition's parking lot is built from. */
export interface TopicParkingLotParts {
  /** The parking topic. */
  readonly topic: string;
  readonly partition: number;
  readonly reader: PartitionReader;
  readonly producer: RecordProducer;
  /** Resolves once the topic exists. */
  readonly ensure: () => Promise<unknown>;
  /** Between two looks for what others have written, in ms. */
  readonly everyMs: number;
}

/** Since when a partition is owned, and how to make sure that it still is. */
interface Ownership {
  /** The owner itself sees to all that lies from there on. */
  readonly from: Offset;
  readonly assure: () => Promise<void>;
}

/**
 * Parks records in a compacted topic, in the partition that has their own partition's number. Each ownership
 * writes under a name of its own. What a former owner writes late is recognised, and taken out; what a later owner
 * writes looks the same, so that before anything is taken out it is made sure that there is none.
 */
export class TopicParkingLot implements ParkingLot {
  #state = new ParkedPartition();
  /** The name of this ownership. */
  readonly #owner = randomUUID();
  #ownership: Ownership | undefined;
  /** What this owner has parked itself. */
  readonly #own = new Set<Offset>();
  /** What others have parked that this owner sees to itself, by offset and owner. */
  readonly #late = new Map<string, { readonly offset: Offset; readonly owner: string }>();
  #lastReading: Promise<void> = Promise.resolve();

  constructor(private readonly parts: TopicParkingLotParts) {}

  async load(position: Offset, assureOwned: () => Promise<void>): Promise<readonly ParkedRecord[]> {
    await this.parts.ensure();
    this.#state = new ParkedPartition();
    this.#late.clear();
    this.#ownership = { from: position, assure: assureOwned };
    await this.#readOn();
    return this.#state.parked.filter(({ offset }) => compareOffsets(offset, position) < 0);
  }

  /** Parks a record; resolves once it is kept. */
  park(record: FetchedRecord, headers: RawHeaders): Promise<void> {
    this.#own.add(record.offset);
    return this.#write(toParked(record, headers, this.#owner));
  }

  async read(offset: Offset): Promise<FetchedRecord | undefined> {
    if (this.#state.placeOf(offset) === undefined) await this.#readOn();
    const at = this.#state.placeOf(offset);
    if (at === undefined) return undefined;
    const { reader, topic, partition } = this.parts;
    for await (const stored of reader.read(topic, partition, at, offsetAfter(at))) {
      const entry = parseEntry(stored);
      if (entry?.kind === 'parked' && entry.offset === offset) return entry.record;
    }
    // Compaction has kept a later writing of the same record.
    await this.#readOn();
    return this.#state.placeOf(offset) === at ? undefined : this.read(offset);
  }

  async remove(offset: Offset): Promise<void> {
    const owners = new Set(this.#state.ownersOf(offset));
    if (this.#own.has(offset)) owners.add(this.#owner);
    for (const owner of owners) await this.#write(toTakenOut(offset, owner));
    this.#own.delete(offset);
  }

  watch(release: (key: KeyName) => void): () => void {
    for (const key of this.#state.wanted) release(key);
    let ended = false;
    let timer: NodeJS.Timeout | undefined;
    const look = async (): Promise<void> => {
      // What can not be read now is read with the next look.
      await this.#readOn().catch(() => undefined);
      if (ended) return;
      for (const key of this.#state.wanted) release(key);
      timer = setTimeout(() => void look(), this.parts.everyMs);
    };
    timer = setTimeout(() => void look(), this.parts.everyMs);
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }

  async released(key: KeyName): Promise<void> {
    await this.#write(toRelease(key, false));
    await this.#readOn();
  }

  /** Reads what was written since the last time, once nobody else is at it: what was said first is taken in first. */
  #readOn(): Promise<void> {
    const reading = this.#lastReading.then(() => this.#readNext());
    this.#lastReading = reading.catch(() => undefined);
    return reading;
  }

  async #readNext(): Promise<void> {
    const { reader, topic, partition } = this.parts;
    const state = this.#state;
    const bounds = (await reader.bounds(topic, partition)).find((each) => each.partition === partition);
    if (bounds && compareOffsets(bounds.end, state.position) > 0) {
      for await (const stored of reader.read(topic, partition, state.position, bounds.end)) {
        this.#noteLate(state.apply(stored));
        state.position = offsetAfter(stored.offset);
      }
      state.position = bounds.end;
    }
    await this.#takeOutLate();
  }

  #noteLate(entry: ParkedEntry | undefined): void {
    if (entry?.kind === 'taken out') this.#late.delete(`${entry.offset}:${entry.owner}`);
    if (entry?.kind !== 'parked' || !this.#ownership || entry.owner === this.#owner) return;
    const { offset, owner } = entry;
    if (compareOffsets(offset, this.#ownership.from) >= 0)
      this.#late.set(`${offset}:${owner}`, { offset, owner });
  }

  async #takeOutLate(): Promise<void> {
    if (this.#late.size === 0) return;
    const late = [...this.#late];
    await this.#ownership?.assure();
    for (const [name, { offset, owner }] of late) {
      await this.#write(toTakenOut(offset, owner));
      this.#late.delete(name);
    }
  }

  #write(record: Omit<OutgoingRecord, 'topic'>): Promise<void> {
    const { producer, topic, partition } = this.parts;
    return producer.send({ ...record, topic, partition });
  }
}
