import {
  compareOffsets,
  type FailedRecord,
  type FetchedRecord,
  type KeyName,
  type ParkingOwnership,
  type Offset,
  type ParkedRecord,
  type ParkingStore,
} from '../../pipeline/index.js';
import { RedeliveryCheck } from './redelivery-check.js';
import { ParkingStoreBehindError, ParkingNotLoadedError } from './errors.js';
import type { FollowedPartition } from './parking-topic-feed.js';
import { ParkingTopicPartition } from './parking-topic-partition.js';
import type { TopicParkingStoreParts } from './topic-parking-store-parts.js';
import { compareRanks, LOWEST_RANK, ownershipName, rankOf } from './ownership-name.js';
import {
  type ParkedRecordId,
  toAdopted,
  toOwner,
  toParked,
  toReleaseEnd,
  toRepeatedRequest,
  toRemoval,
} from './parked-entry.js';
import { ParkedPartition } from './parked-partition.js';

/**
 * Parks records in a compacted topic, in the partition with the same number as their own. Each ownership has a ranked
 * name and writes it to the topic first: records that an earlier owner writes after that were never committed, and
 * are ignored.
 */
export class TopicParkingStore implements ParkingStore, FollowedPartition {
  readonly #log: ParkingTopicPartition;
  #state = new ParkedPartition();
  /** The name of this ownership, once it was loaded. */
  #name: string | undefined;
  /** Names that this ownership has written, or tried to write. */
  readonly #claimed = new Set<string>();
  #topicId: string | undefined;
  /** Records that this owner has parked and not removed. */
  readonly #own = new Set<Offset>();
  /** By offset and former owner: records that are stored under this owner's name now. */
  readonly #adopted = new Map<string, ParkedRecordId>();
  /** The requests that each running release answers. */
  readonly #begun = new Map<KeyName, readonly string[]>();
  #release: ((key: KeyName) => boolean) | undefined;

  constructor(private readonly parts: TopicParkingStoreParts) {
    const { topic, source, reader, producer } = parts;
    this.#log = new ParkingTopicPartition({ topic, partition: source.partition }, reader, producer);
  }

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
    // An acknowledged write is below the end offset that the leader reports; a new leader may report it late.
    if (!this.#state.owners.includes(name)) throw new ParkingStoreBehindError(parts.topic, this.partition);
    await this.#removeUncommitted(name, ownership.position);
    this.#name = name;
    return this.#state.parked.map(({ key, offset, owner }) => ({ key, offset, by: owner }));
  }

  /**
   * @throws ParkingNotLoadedError before `load`
   * @throws if the broker does not accept the record
   */
  async park(failed: FailedRecord): Promise<void> {
    const { record } = failed;
    const parked = toParked(record, this.parts.headersOf(failed), this.#ownName, this.#topicId);
    await this.parts.write(async () => {
      this.#own.add(record.offset);
      await this.#log.write(parked);
    });
    this.#watchWhileNotEmpty();
  }

  async read(parked: ParkedRecord): Promise<FetchedRecord | undefined> {
    const id = this.#idOf(parked);
    if (!this.#state.find(id)) await this.parts.feed.catchUp(this);
    const entry = this.#state.find(id);
    if (!entry) {
      // The record exists, but a new leader may not report it yet. If it counted as removed, later records of its key
      // would overtake it.
      const isKept = parked.by === undefined && this.#own.has(parked.offset);
      if (isKept) throw new ParkingStoreBehindError(this.parts.topic, this.partition);
      return undefined;
    }
    const record = await this.#log.parkedAt(entry.storedAt, id);
    if (record) return record;
    // Compaction has kept a later copy of the same record.
    await this.parts.feed.catchUp(this);
    return this.#state.find(id)?.storedAt === entry.storedAt ? undefined : this.read(parked);
  }

  async remove(parked: ParkedRecord): Promise<void> {
    await this.#remove(this.#idOf(parked));
    if (parked.by === undefined) this.#own.delete(parked.offset);
    this.#watchWhileNotEmpty();
  }

  watch(release: (key: KeyName) => boolean): () => void {
    this.#release = release;
    this.#startReleases();
    this.#watchWhileNotEmpty();
    return () => {
      this.#release = undefined;
      this.parts.feed.unwatch(this);
    };
  }

  async releaseEnded(key: KeyName): Promise<void> {
    const requests = this.#begun.get(key) ?? [];
    const name = this.#ownName;
    await this.#log.writeAll(requests.map((request) => toReleaseEnd(request, name)));
    for (const request of requests) this.#state.endRelease(request);
    this.#begun.delete(key);
  }

  /**
   * Writes the name of this ownership, ranked above all names in the topic, unless that was done already.
   * @returns the name
   */
  async #claim({ position, generation, confirm }: ParkingOwnership): Promise<string> {
    const latest = this.#state.latestOwner;
    if (latest !== undefined && this.#claimed.has(latest)) return latest;
    const { turn } = this.parts;
    const highest = latest === undefined ? LOWEST_RANK : rankOf(latest);
    let rank = { era: highest.era, generation, turn };
    if (compareRanks(rank, highest) <= 0) {
      // Either this member has lost the partition, or the group was deleted and its generations start again.
      await confirm();
      rank = { ...rank, era: highest.era + 1 };
    }
    const name = ownershipName(rank);
    this.#claimed.add(name);
    await this.#log.write(toOwner(name, position));
    return name;
  }

  /** Removes the records that former owners parked and did not commit, and then the names of those owners. */
  async #removeUncommitted(name: string, position: Offset): Promise<void> {
    const state = this.#state;
    if (state.latestOwner !== name) throw new ParkingStoreBehindError(this.parts.topic, this.partition);
    const { source, reader, newRedeliveryCheck = (...of) => new RedeliveryCheck(...of) } = this.parts;
    const check = newRedeliveryCheck(source, reader, this.#topicId);
    const isUncommitted = await Promise.all(
      state.storedRecords.map(async (entry) => {
        if (entry.isLate) return true;
        if (compareOffsets(entry.offset, position) < 0) return false;
        return check.willBeRedelivered(entry, () => this.#log.parkedAt(entry.storedAt, entry));
      }),
    );
    const removed = state.storedRecords.filter((_, index) => isUncommitted[index]);
    await this.#log.writeAll(removed.map(toRemoval));
    for (const each of removed) state.forget(each);
    await this.#log.writeAll(state.disputed.map(toRepeatedRequest));
    const former = state.owners.filter((owner) => owner !== name);
    await this.#log.writeAll(former.map((owner) => toOwner(owner, undefined)));
  }

  /** Polls for releases and for late writes of former owners while anything is parked. */
  #watchWhileNotEmpty(): void {
    const { feed } = this.parts;
    const isEmpty = this.#own.size === 0 && this.#state.isEmpty;
    if (!this.#release || isEmpty) feed.unwatch(this);
    else feed.watch(this, this.#polled);
  }

  readonly #polled = (): void => {
    this.#startReleases();
    // A failure is repeated at the next poll.
    void this.#repairLateWrites().catch(() => undefined);
  };

  #startReleases(): void {
    const wanted = new Map<KeyName, string[]>();
    for (const [request, key] of this.#state.requests) wanted.set(key, [...(wanted.get(key) ?? []), request]);
    for (const [key, requests] of wanted) if (this.#release?.(key)) this.#begun.set(key, requests);
  }

  /**
   * Compaction keeps the last record of a key, which may be a late write of a former owner in place of one that counts.
   * So a parked record that was written again late is stored under this owner's name instead, and a release that was
   * ended late is requested again.
   */
  async #repairLateWrites(): Promise<void> {
    const name = this.#ownName;
    await this.#log.writeAll(this.#state.disputed.map(toRepeatedRequest));
    for (const entry of this.#state.parked.filter(({ isRepeated }) => isRepeated)) {
      const stored = await this.#log.storedAt(entry.storedAt);
      if (!stored) continue;
      const adopted = { offset: entry.offset, owner: name };
      await this.#log.write(toAdopted(stored, adopted));
      this.#adopted.set(`${entry.offset}:${entry.owner}`, adopted);
      await this.#remove(entry);
    }
  }

  get #ownName(): string {
    if (this.#name === undefined) throw new ParkingNotLoadedError(this.parts.topic, this.partition);
    return this.#name;
  }

  /** The id of a parked record in the topic. */
  #idOf({ offset, by }: ParkedRecord): ParkedRecordId {
    const owner = by ?? this.#ownName;
    return this.#adopted.get(`${offset}:${owner}`) ?? { offset, owner };
  }

  async #remove(id: ParkedRecordId): Promise<void> {
    await this.#log.write(toRemoval(id));
    this.#state.forget(id);
  }
}
