import type { KeyName } from '../../core/failures/parked-keys.js';
import type { ParkedRecord, ParkingLot } from '../../core/pipeline/parking.js';
import type { FetchedRecord } from '../../core/records/fetched.js';
import { compareOffsets, type Offset, offsetAfter } from '../../core/records/offset.js';
import type { OutgoingRecord, PartitionReader, RecordProducer } from '../../kafka/consumer-port.js';
import { parseEntry, toRelease, toTakenOut } from './parked-entry.js';
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

/**
 * Parks records in a compacted topic, in the partition that has their own partition's number. Whoever owns that
 * one is the only one to write here; what a former owner writes late is recognised, and taken out.
 */
export class TopicParkingLot implements ParkingLot {
  #state = new ParkedPartition();
  /** Where the ownership began: the owner itself sees to all that lies from there on. */
  #ownedFrom: Offset | undefined;
  /** What this owner has parked itself. */
  readonly #own = new Set<Offset>();
  #lastReading: Promise<void> = Promise.resolve();

  constructor(private readonly parts: TopicParkingLotParts) {}

  async load(position: Offset): Promise<readonly ParkedRecord[]> {
    await this.parts.ensure();
    this.#state = new ParkedPartition();
    await this.#readOn();
    for (const { offset } of this.#state.parked) {
      if (compareOffsets(offset, position) >= 0) await this.remove(offset);
    }
    this.#ownedFrom = position;
    return this.#state.parked.filter(({ offset }) => compareOffsets(offset, position) < 0);
  }

  /** This owner parks a record: to be said before it is written. */
  parks(offset: Offset): void {
    this.#own.add(offset);
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
    await this.#write(toTakenOut(offset));
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
    if (!bounds || compareOffsets(bounds.end, state.position) <= 0) return;
    for await (const stored of reader.read(topic, partition, state.position, bounds.end)) {
      const entry = state.apply(stored);
      state.position = offsetAfter(stored.offset);
      if (entry?.kind === 'parked' && this.#isLate(entry.offset)) await this.remove(entry.offset);
    }
    state.position = bounds.end;
  }

  /** Whether a former owner wrote it after this one had begun: it is this one's to handle. */
  #isLate(offset: Offset): boolean {
    return (
      this.#ownedFrom !== undefined && compareOffsets(offset, this.#ownedFrom) >= 0 && !this.#own.has(offset)
    );
  }

  #write(record: Omit<OutgoingRecord, 'topic'>): Promise<void> {
    const { producer, topic, partition } = this.parts;
    return producer.send({ ...record, topic, partition });
  }
}
