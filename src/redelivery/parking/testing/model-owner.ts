import {
  type FetchedRecord,
  InFlightRecord,
  type ParkingOwnership,
  type ParkedRecord,
  type Parking,
  toOffset,
  type TopicPartition,
} from '../../../pipeline/index.js';
import { settled, VirtualClock } from '../../../pipeline/testing/virtual-time.js';
import type { OutgoingRecord } from '../../../client/index.js';
import { HEADERS } from '../../headers.js';
import { type FollowedPartition, ParkingTopicFeed } from '../parking-topic-feed.js';
import type { ParkedPartition } from '../parked-partition.js';
import type { TopicParkingStoreParts } from '../topic-parking-store-parts.js';
import { LOT, type OwnerClasses, type OwnerWorld, PARTITION, type Settled, SOURCE } from './owner-world.js';

/** A request that waits for its answer. */
interface Request {
  run(): Promise<void>;
  fail(): Promise<void>;
}

interface Call {
  readonly record: InFlightRecord;
  readonly isReleased: boolean;
}

/** One owner of the partition, made of the real classes; it handles the partition's records one after another. */
export class ModelOwner {
  /** All that it has heard; having heard the same, it does the same. */
  readonly history: string[] = [];
  readonly clock = new VirtualClock();
  readonly #log: readonly FetchedRecord[];
  readonly #lot: ReturnType<OwnerClasses['lot']>;
  readonly #parking: Parking;
  readonly #ownership: ParkingOwnership;
  readonly #requests: Record<'write' | 'read', Request[]> = { write: [], read: [] };
  readonly #calls: Call[] = [];
  readonly #settled: Settled[] = [];
  #state: ParkedPartition | undefined;
  #position: number;
  #hasCrashed = false;
  #isWatching = false;
  #timesLeft: number;

  constructor(
    generation: number,
    position: number,
    classes: OwnerClasses,
    private readonly world: OwnerWorld,
    /** How often it may look at its lot, or try a write again. */
    times = 0,
  ) {
    const { topics } = world;
    this.#timesLeft = times;
    this.#log = [...topics.topic(SOURCE).records];
    this.#position = position;
    const reader = {
      ends: (partitions: readonly TopicPartition[]) => this.#ask('read', () => topics.ends(partitions)),
      readAll: topics.readAll.bind(topics),
      read: topics.read.bind(topics),
      bounds: topics.bounds.bind(topics),
      topicId: topics.topicId.bind(topics),
    };
    this.#lot = classes.lot({
      source: { topic: SOURCE, partition: 0 },
      topic: LOT,
      turn: 0,
      reader,
      feed: this.#watched(new ParkingTopicFeed(reader, this.clock, 1_000)),
      producer: { send: (record: OutgoingRecord) => this.#ask('write', () => topics.send(record)) },
      ensure: async () => 1,
      newState: () => (this.#state = classes.state()),
    });
    this.#parking = classes.parking({
      store: this.#lot,
      limit: 100,
      concurrency: 1,
      clock: this.clock,
      random: () => 0.5,
      handleUnparked: (record) => this.#call(this.#inFlight(record, -1), true),
      loaded: () => this.#handleNext(),
      unavailable: () => undefined,
    });
    const confirm = async (): Promise<void> => {
      if (!world.isCurrent(this)) throw new Error('the partition is lost');
    };
    this.#ownership = { position: toOffset(position), generation, confirm };
  }

  start(): void {
    void this.#parking.start(this.#ownership);
  }

  /** What an owner learns that nothing happens to: the values of what is parked, in their order. */
  async loadAlone(): Promise<string[]> {
    const loading: { parked?: readonly ParkedRecord[] } = {};
    void this.#lot.load(this.#ownership).then((parked) => (loading.parked = parked));
    for (await settled(); !loading.parked; await settled()) await this.#answerAll();
    const values: string[] = [];
    for (const each of loading.parked) values.push(String((await this.#lot.read(each))?.value));
    return values;
  }

  /** Whether a release is asked for, as far as it has read. */
  get isReleaseWanted(): boolean {
    return (this.#state?.requests.size ?? 0) > 0;
  }

  /** How it has settled the record at an offset of its log. */
  howSettled(offset: number): Settled | undefined {
    return this.#settled[offset];
  }

  /** It is gone; what it has sent may still arrive, late or never. */
  crash(): void {
    this.#hasCrashed = true;
    this.#calls.length = 0;
    this.#requests.read.length = 0;
  }

  /** All that what follows depends on. */
  get key(): string {
    return this.#hasCrashed && this.#requests.write.length === 0 ? '' : this.history.join(' ');
  }

  /** Whether it waits for a handler, which concerns nobody else: it may as well return before anything else happens. */
  get isHandling(): boolean {
    return this.#calls.length > 0;
  }

  /** Up to where it has settled its records: any offset up to there may be what it has committed. */
  get position(): number {
    return this.#position;
  }

  steps(left: { readonly failures: number; readonly unanswered: number }): string[] {
    const { write, read } = this.#requests;
    if (this.#hasCrashed) return write.length > 0 ? ['write'] : [];
    if (this.isHandling) return left.failures > 0 && this.#mayFail() ? ['handles', 'fails'] : ['handles'];
    return [
      ...(read.length > 0 ? ['read'] : []),
      ...(write.length > 0 ? ['write'] : []),
      ...(write.length > 1 && this.#timesLeft > 0 ? ['overtake'] : []),
      ...(write.length > 0 && left.unanswered > 0 ? ['unanswered'] : []),
      ...(this.#timesLeft > 0 && this.#isWaiting() ? ['time'] : []),
    ];
  }

  async take(step: string): Promise<void> {
    this.history.push(step === 'read' ? `read ${this.world.topics.topic(LOT).records.length}` : step);
    if (this.#hasCrashed) await this.#requests.write.shift()?.fail();
    else if (step === 'read' || step === 'write') await this.#requests[step].shift()?.run();
    else if (step === 'overtake') await this.#requests.write.pop()?.run();
    else if (step === 'unanswered') await this.#requests.write.shift()?.fail();
    else if (step === 'time') {
      this.#timesLeft--;
      await this.clock.advance(1_000);
    } else this.#returned(step === 'handles');
  }

  /** Records of one key never fail: they are there to be in the way, or not. */
  #mayFail(): boolean {
    return String(this.#calls.at(-1)?.record.record.key) === 'a';
  }

  /** Whether something comes of it when time passes: a try, or a look that finds something. */
  #isWaiting(): boolean {
    const hasMore = this.world.topics.topic(LOT).records.length > Number(this.#state?.position ?? 0);
    if (this.#isWatching && (hasMore || this.isReleaseWanted)) return true;
    return this.clock.pending > (this.#isWatching ? 1 : 0);
  }

  #handleNext(): void {
    const fetched = this.#log[this.#position];
    if (!fetched) return;
    const record = this.#inFlight(fetched, this.#position);
    if (this.#parking.addFollower(record)) this.#park(record, 'follower');
    else this.#call(record, false);
  }

  #call(record: InFlightRecord, isReleased: boolean): void {
    this.#calls.push({ record, isReleased });
    this.world.called(record.record, this);
  }

  /** A released record's handler goes first. */
  #returned(isHandled: boolean): void {
    const call = this.#calls.pop();
    if (!call) return;
    const { record, isReleased } = call;
    if (isHandled) this.world.handled(record.record);
    if (isReleased && !isHandled) this.world.failedAgain();
    if (isReleased) void (isHandled ? this.#parking.handled(record) : this.#parking.failedAgain(record));
    else if (isHandled) this.#settle('handled');
    else this.#park(record, 'parked');
  }

  #park(record: InFlightRecord, how: Settled): void {
    const headers = { [HEADERS.originalTimestamp]: '0' };
    this.#lot.park(record.record, headers).then(
      () => {
        this.#parking.add(record);
        this.#settle(how);
      },
      () => void this.clock.schedule(500, () => this.#park(record, how)),
    );
  }

  #settle(how: Settled): void {
    this.#settled[this.#position++] = how;
    this.#handleNext();
  }

  #inFlight(record: FetchedRecord, sequence: number): InFlightRecord {
    return new InFlightRecord(PARTITION, record, sequence, 0, undefined, 1);
  }

  #ask<T>(kind: 'write' | 'read', work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#requests[kind].push({
        run: async () => resolve(await work()),
        fail: async () => {
          await work();
          if (!this.#hasCrashed) reject(new Error('no answer'));
        },
      });
    });
  }

  async #answerAll(): Promise<void> {
    for (const requests of Object.values(this.#requests))
      for (const each of requests.splice(0)) await each.run();
  }

  #watched(feed: ParkingTopicFeed): TopicParkingStoreParts['feed'] {
    return {
      catchUp: (partition: FollowedPartition) => feed.catchUp(partition),
      watch: (partition, looked) => {
        this.#isWatching = true;
        feed.watch(partition, looked);
      },
      unwatch: (partition) => {
        this.#isWatching = false;
        feed.unwatch(partition);
      },
    };
  }
}
