import {
  type FetchedRecord,
  type InFlightRecord,
  type ParkingOwnership,
  type ParkedRecord,
  type Parking,
  type ParkingStore,
  toOffset,
  type TopicPartition,
} from '../../../pipeline/index.js';
import { settled, VirtualClock } from '../../../pipeline/testing/virtual-time.js';
import type { OutgoingRecord } from '../../../client/index.js';
import { HEADERS } from '../../headers.js';
import { type FollowedPartition, ParkingTopicFeed } from '../parking-topic-feed.js';
import type { ParkedPartition } from '../parked-partition.js';
import type { TopicParkingStoreParts } from '../topic-parking-store-parts.js';
import {
  type HandlerCall,
  inFlight,
  PARKING_TOPIC,
  type OwnerClasses,
  type OwnerWorld,
  PARTITION,
  type PendingRequest,
  type Settled,
  SOURCE,
} from './owner-world.js';

/** One owner of the partition, composed of the real classes. It handles the records one after another. */
export class ModelOwner {
  /** All inputs of the owner; owners with equal histories behave the same. */
  readonly history: string[] = [];
  readonly clock = new VirtualClock();
  readonly #log: readonly FetchedRecord[];
  readonly #store: ParkingStore;
  readonly #parking: Parking;
  readonly #ownership: ParkingOwnership;
  readonly #requests: Record<'write' | 'read', PendingRequest[]> = { write: [], read: [] };
  readonly #calls: HandlerCall[] = [];
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
    /** How often it may poll its parking topic or repeat a write. */
    times = 0,
  ) {
    const { topics } = world;
    this.#timesLeft = times;
    this.#log = [...topics.topic(SOURCE).records];
    this.#position = position;
    const reader = {
      ends: (partitions: readonly TopicPartition[]) => this.#request('read', () => topics.ends(partitions)),
      readAll: topics.readAll.bind(topics),
      read: topics.read.bind(topics),
      bounds: topics.bounds.bind(topics),
      topicId: topics.topicId.bind(topics),
    };
    this.#store = classes.store({
      source: { topic: SOURCE, partition: 0 },
      topic: PARKING_TOPIC,
      turn: 0,
      reader,
      feed: this.#watched(new ParkingTopicFeed(reader, this.clock, 1_000)),
      producer: { send: (record: OutgoingRecord) => this.#request('write', () => topics.send(record)) },
      ensure: async () => 1,
      write: (work) => work(),
      headersOf: () => ({ [HEADERS.originalTimestamp]: '0' }),
      newState: () => (this.#state = classes.state()),
    });
    this.#parking = classes.parking({
      store: this.#store,
      limit: 100,
      concurrency: 1,
      clock: this.clock,
      random: () => 0.5,
      handleUnparked: (record) => this.#call(inFlight(record, -1), true),
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

  /** Loads without other events in between; resolves with the values of the parked records, in order. */
  async loadAlone(): Promise<string[]> {
    const loading: { parked?: readonly ParkedRecord[] } = {};
    void this.#store.load(this.#ownership).then((parked) => (loading.parked = parked));
    for (await settled(); !loading.parked; await settled()) await this.#answerAll();
    const values: string[] = [];
    for (const each of loading.parked) values.push(String((await this.#store.read(each))?.value));
    return values;
  }

  /** Whether a release was requested, as far as this owner has read. */
  get isReleaseRequested(): boolean {
    return (this.#state?.requests.size ?? 0) > 0;
  }

  /** How this owner settled the record at an offset. */
  howSettled(offset: number): Settled | undefined {
    return this.#settled[offset];
  }

  /** The owner crashes; requests that it has sent may still arrive. */
  crash(): void {
    this.#hasCrashed = true;
    this.#calls.length = 0;
    this.#requests.read.length = 0;
  }

  get key(): string {
    return this.#hasCrashed && this.#requests.write.length === 0 ? '' : this.history.join(' ');
  }

  /** Whether a handler is running. No other step depends on it, so it may return before anything else happens. */
  get isHandling(): boolean {
    return this.#calls.length > 0;
  }

  /** The committable offset; the owner may have committed any offset up to it. */
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
    this.history.push(
      step === 'read' ? `read ${this.world.topics.topic(PARKING_TOPIC).records.length}` : step,
    );
    if (this.#hasCrashed) await this.#requests.write.shift()?.fail();
    else if (step === 'read' || step === 'write') await this.#requests[step].shift()?.run();
    else if (step === 'overtake') await this.#requests.write.pop()?.run();
    else if (step === 'unanswered') await this.#requests.write.shift()?.fail();
    else if (step === 'time') {
      this.#timesLeft--;
      await this.clock.advance(1_000);
    } else this.#returned(step === 'handles');
  }

  /** Only records of key `a` fail. */
  #mayFail(): boolean {
    return String(this.#calls.at(-1)?.record.record.key) === 'a';
  }

  /** Whether passing time has an effect: a repeated write, or a poll that finds something. */
  #isWaiting(): boolean {
    const hasMore =
      this.world.topics.topic(PARKING_TOPIC).records.length > Number(this.#state?.position ?? 0);
    if (this.#isWatching && (hasMore || this.isReleaseRequested)) return true;
    return this.clock.pending > (this.#isWatching ? 1 : 0);
  }

  #handleNext(): void {
    const fetched = this.#log[this.#position];
    if (!fetched) return;
    const record = inFlight(fetched, this.#position);
    if (this.#parking.addFollower(record)) this.#park(record, 'follower');
    else this.#call(record, false);
  }

  #call(record: InFlightRecord, isUnparked: boolean): void {
    this.#calls.push({ record, isUnparked });
    this.world.called(record.record, this);
  }

  /** The handler called last returns. */
  #returned(isHandled: boolean): void {
    const call = this.#calls.pop();
    if (!call) return;
    const { record, isUnparked } = call;
    if (isHandled) this.world.handled(record.record);
    if (isUnparked && !isHandled) this.world.failedAgain();
    if (isUnparked) void (isHandled ? this.#parking.handled(record) : this.#parking.failedAgain(record));
    else if (isHandled) this.#settle('handled');
    else this.#park(record, 'parked');
  }

  #park(record: InFlightRecord, how: Settled): void {
    const failed = { at: PARTITION, record: record.record, error: undefined, attempts: 1, firstFailedAt: 0 };
    this.#store.park(failed).then(
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

  #request<T>(kind: 'write' | 'read', work: () => Promise<T>): Promise<T> {
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
