import {
  compareOffsets,
  type FetchedRecord,
  type KeyName,
  type ParkingOwnership,
  type Offset,
  offsetAfter,
  type ParkedRecord,
  type ParkingStore,
  type RawHeaders,
} from '../../pipeline/index.js';
import { RedeliveryCheck } from './redelivery-check.js';
import { ParkingStoreBehindError, ParkingNotLoadedError } from './errors.js';
import type { FollowedPartition } from './parking-topic-feed.js';
import type { TopicParkingStoreParts } from './topic-parking-store-parts.js';
import { compareRanks, LOWEST_RANK, ownershipName, rankOf } from './ownership-name.js';
import {
  type ParkingTopicRecord,
  type ParkedRecordId,
  parseEntry,
  toAdopted,
  toOwner,
  toParked,
  toReleaseEnd,
  toRepeatedRequest,
  toRemoval,
} from './parked-entry.js';
import { ParkedPartition } from './parked-partition.js';

/** Records that are written at the same time. */
const WRITES_AT_ONCE = 100;

/**
 * Parks records in a compacted topic, in the partition that has their own partition's number. Each ownership has a
 * ranked name and writes it to the topic first: whatever an earlier owner writes after that was never committed, and
 * does not count.
 */
export class TopicParkingStore implements ParkingStore, FollowedPartition {
  #state = new ParkedPartition();
  /** The name of this ownership, once it has begun. */
  #name: string | undefined;
  /** Names that this ownership has written, or tried to. */
  readonly #claimed = new Set<string>();
  #topicId: string | undefined;
  /** What this owner has parked and not removed. */
  readonly #own = new Set<Offset>();
  /** By offset and former owner: records that are kept under this owner's name now. */
  readonly #adopted = new Map<string, ParkedRecordId>();
  /** The requests that each release is for. */
  readonly #begun = new Map<KeyName, readonly string[]>();
  #release: ((key: KeyName) => boolean) | undefined;

  constructor(private readonly parts: TopicParkingStoreParts) {}

  get topic(): string {
    return this.parts.topic;
  }

  get partition(): number {
    return this.parts.source.partition;
  }

  get position(): Offset {
    return this.#state.position;
  }

  apply(stored: FetchedRecord): void {
    this.#state.apply(stored);
  }

  advanceTo(position: Offset): void {
    this.#state.position = position;
  }

  async load(ownership: ParkingOwnership): Promise<readonly ParkedRecord[]> {
    const { parts } = this;
    await parts.ensure();
    this.#state = parts.newState?.() ?? new ParkedPartition();
    this.#topicId = await parts.reader.topicId(parts.source.topic);
    await parts.feed.catchUp(this);
    const name = await this.#claim(ownership);
    await parts.feed.catchUp(this);
    // An acknowledged write lies below the end that the leader reports; a new leader may need a moment to report it.
    if (!this.#state.owners.includes(name)) throw new ParkingStoreBehindError(parts.topic, this.partition);
    await this.#settleBefore(name, ownership.position);
    this.#name = name;
    return this.#state.parked.map(({ key, offset, owner }) => ({ key, offset, by: owner }));
  }

  /** Parks a record; resolves once it is stored. */
  async park(record: FetchedRecord, headers: RawHeaders): Promise<void> {
    const name = this.#ownName;
    this.#own.add(record.offset);
    await this.#write(toParked(record, headers, name, this.#topicId));
    this.#watchWhatIsParked();
  }

  async read(parked: ParkedRecord): Promise<FetchedRecord | undefined> {
    const name = this.#nameOf(parked);
    if (!this.#state.find(name)) await this.parts.feed.catchUp(this);
    const place = this.#state.find(name);
    if (!place) {
      // It exists, but a new leader may not report it yet. If it counted as removed, it would be overtaken.
      const isKept = parked.by === undefined && this.#own.has(parked.offset);
      if (isKept) throw new ParkingStoreBehindError(this.parts.topic, this.partition);
      return undefined;
    }
    const stored = await this.#storedAt(place.storedAt, name);
    if (stored) return stored.record;
    // Compaction has kept a later writing of the same record.
    await this.parts.feed.catchUp(this);
    return this.#state.find(name)?.storedAt === place.storedAt ? undefined : this.read(parked);
  }

  async remove(parked: ParkedRecord): Promise<void> {
    await this.#takeOut(this.#nameOf(parked));
    if (parked.by === undefined) this.#own.delete(parked.offset);
    this.#watchWhatIsParked();
  }

  watch(release: (key: KeyName) => boolean): () => void {
    this.#release = release;
    this.#tellReleases();
    this.#watchWhatIsParked();
    return () => {
      this.#release = undefined;
      this.parts.feed.unwatch(this);
    };
  }

  async releaseEnded(key: KeyName): Promise<void> {
    const requests = this.#begun.get(key) ?? [];
    const name = this.#ownName;
    await this.#writeAll(requests.map((request) => toReleaseEnd(request, name)));
    for (const request of requests) this.#state.endRelease(request);
    this.#begun.delete(key);
  }

  /**
   * Writes the name of this ownership, above all that the lot has, unless that is done already.
   * @returns the name
   */
  async #claim({ position, generation, confirm }: ParkingOwnership): Promise<string> {
    const latest = this.#state.latestOwner;
    if (latest !== undefined && this.#claimed.has(latest)) return latest;
    const { turn } = this.parts;
    const highest = latest === undefined ? LOWEST_RANK : rankOf(latest);
    let rank = { era: highest.era, generation, turn };
    if (compareRanks(rank, highest) <= 0) {
      // Either this member has lost the partition, or the group was deleted and counts from the start again.
      await confirm();
      rank = { ...rank, era: highest.era + 1 };
    }
    const name = ownershipName(rank);
    this.#claimed.add(name);
    await this.#write(toOwner(name, position));
    return name;
  }

  /** Removes records that former owners parked and could not commit; then the names of those owners. */
  async #settleBefore(name: string, position: Offset): Promise<void> {
    const state = this.#state;
    if (state.latestOwner !== name) throw new ParkingStoreBehindError(this.parts.topic, this.partition);
    const {
      source,
      reader,
      newRedeliveryCheck: comingAgain = (...of) => new RedeliveryCheck(...of),
    } = this.parts;
    const coming = comingAgain(source, reader, this.#topicId);
    const isVoid = await Promise.all(
      state.storedRecords.map(async (place) => {
        if (place.isLate) return true;
        if (compareOffsets(place.offset, position) < 0) return false;
        return coming.willBeRedelivered(
          place,
          async () => (await this.#storedAt(place.storedAt, place))?.record,
        );
      }),
    );
    const taken = state.storedRecords.filter((_, index) => isVoid[index]);
    await this.#writeAll(taken.map(toRemoval));
    for (const each of taken) state.forget(each);
    await this.#writeAll(state.disputed.map(toRepeatedRequest));
    const former = state.owners.filter((owner) => owner !== name);
    await this.#writeAll(former.map((owner) => toOwner(owner, undefined)));
  }

  /** Polls for releases and for late writes of former owners while anything is parked. */
  #watchWhatIsParked(): void {
    const { feed } = this.parts;
    const isEmpty = this.#own.size === 0 && this.#state.isEmpty;
    if (!this.#release || isEmpty) feed.unwatch(this);
    else feed.watch(this, this.#looked);
  }

  readonly #looked = (): void => {
    this.#tellReleases();
    // What fails is repeated at the next poll.
    void this.#keepWhatIsLate().catch(() => undefined);
  };

  #tellReleases(): void {
    const wanted = new Map<KeyName, string[]>();
    for (const [request, key] of this.#state.requests) wanted.set(key, [...(wanted.get(key) ?? []), request]);
    for (const [key, requests] of wanted) if (this.#release?.(key)) this.#begun.set(key, requests);
  }

  /**
   * What a former owner has written late hides something that counts once compaction has taken what was before it: a
   * parked record that was written once more is kept under this owner's name instead, and a release that was ended is
   * asked for again.
   */
  async #keepWhatIsLate(): Promise<void> {
    const name = this.#ownName;
    await this.#writeAll(this.#state.disputed.map(toRepeatedRequest));
    for (const place of this.#state.parked.filter(({ isRepeated }) => isRepeated)) {
      const { reader, topic } = this.parts;
      const adopted = { offset: place.offset, owner: name };
      for await (const stored of reader.read(
        topic,
        this.partition,
        place.storedAt,
        offsetAfter(place.storedAt),
      )) {
        await this.#write(toAdopted(stored, adopted));
        this.#adopted.set(`${place.offset}:${place.owner}`, adopted);
        await this.#takeOut(place);
      }
    }
  }

  get #ownName(): string {
    if (this.#name === undefined) throw new ParkingNotLoadedError(this.parts.topic, this.partition);
    return this.#name;
  }

  /** The id of a parked record in the topic. */
  #nameOf({ offset, by }: ParkedRecord): ParkedRecordId {
    const owner = by ?? this.#ownName;
    return this.#adopted.get(`${offset}:${owner}`) ?? { offset, owner };
  }

  async #storedAt(
    at: Offset,
    { offset, owner }: ParkedRecordId,
  ): Promise<Extract<ReturnType<typeof parseEntry>, { kind: 'parked' }> | undefined> {
    const { reader, topic } = this.parts;
    for await (const stored of reader.read(topic, this.partition, at, offsetAfter(at))) {
      const entry = parseEntry(stored);
      if (entry?.kind === 'parked' && entry.offset === offset && entry.owner === owner) return entry;
    }
    return undefined;
  }

  async #takeOut(name: ParkedRecordId): Promise<void> {
    await this.#write(toRemoval(name));
    this.#state.forget(name);
  }

  async #writeAll(records: readonly ParkingTopicRecord[]): Promise<void> {
    for (let at = 0; at < records.length; at += WRITES_AT_ONCE) {
      await Promise.all(records.slice(at, at + WRITES_AT_ONCE).map((record) => this.#write(record)));
    }
  }

  #write(record: ParkingTopicRecord): Promise<void> {
    const { producer, topic } = this.parts;
    return producer.send({ ...record, topic, partition: this.partition });
  }
}
