import { settled } from '../../../pipeline/testing/virtual-time.js';
import { type FetchedRecord, toOffset } from '../../../pipeline/index.js';
import { toReleaseRequest } from '../parked-entry.js';
import type { World } from './explore.js';
import { ParkingTopics } from './parking-topics.js';
import { ModelOwner } from './model-owner.js';
import {
  PARKING_TOPIC,
  type OwnerClasses,
  type OwnerWorld,
  type Settled,
  SOURCE,
  IGNORING_WORLD,
} from './owner-world.js';

/** The key that may be released. */
const RELEASED = 'a';

/** How often each event may happen in one history. */
export interface Bounds {
  /** The keys of the records in the partition's log, a character each. */
  readonly keys: string;
  /** Consecutive owners of the partition; requests of a former owner may still arrive. */
  readonly owners: number;
  /** Handler calls that fail. */
  readonly failures: number;
  readonly releases: number;
  /** Writes that are stored but not answered. */
  readonly unanswered: number;
  /** How often an owner may poll its parking topic, repeat a write, or have writes overtake each other. */
  readonly times: number;
  /** What may happen to the partition's log together with a change of owner. */
  readonly logChange?: 'recreated' | 'truncated';
}

/**
 * One partition, its parking topic, and its owners. Their reads and writes, the results of their handlers, their commits
 * and the changes of owner are steps that may happen in any order.
 */
export class ParkingWorld implements World, OwnerWorld {
  readonly topics = new ParkingTopics();
  readonly #owners: ModelOwner[] = [];
  readonly #left: { failures: number; releases: number; unanswered: number; logChanges: number };
  /** By the unique value of a record: how the owner that committed it settled it. */
  readonly #settled = new Map<string, Settled>();
  readonly #handled = new Set<string>();
  #committed = 0;
  #hasFailedAgain = false;
  #overtaken: string | undefined;

  private constructor(
    private readonly bounds: Bounds,
    private readonly classes: OwnerClasses,
    /** Cached results of `#next`. */
    private readonly known: Map<string, Next>,
  ) {
    const { logChange, ...left } = bounds;
    this.#left = { ...left, logChanges: logChange ? 1 : 0 };
    for (const [offset, key] of [...bounds.keys].entries()) this.#append(offset, key, `${key}${offset}`);
  }

  /** Returns a function that creates worlds in the same initial state. */
  static factory(bounds: Bounds, classes: OwnerClasses): () => Promise<ParkingWorld> {
    const known = new Map<string, Next>();
    return async () => {
      const world = new ParkingWorld(bounds, classes, known);
      await world.#begin();
      return world;
    };
  }

  get steps(): string[] {
    const at = this.#owners.findIndex(({ isHandling }) => isHandling);
    const handling = this.#owners[at];
    if (handling) return handling.steps(this.#left).map((step) => `${at} ${step}`);
    const steps = this.#owners.flatMap((owner, index) =>
      owner.steps(this.#left).map((step) => `${index} ${step}`),
    );
    if (this.#owners.length < this.bounds.owners) {
      for (let from = this.#committed; from <= this.#present.position; from++)
        steps.push(`next owner ${from}`);
      if (this.#left.logChanges > 0) steps.push(`another log ${this.#present.position}`);
    }
    if (this.#left.releases > 0 && this.#wasParked()) steps.push('release');
    return steps;
  }

  get #present(): ModelOwner {
    const present = this.#owners.at(-1);
    if (!present) throw new Error('the partition has no owner');
    return present;
  }

  get key(): string {
    const heard = this.#owners.map((owner) => owner.key).join('|');
    return [heard, this.#parkingTopic, this.#source, this.#committed, JSON.stringify(this.#left)].join('\n');
  }

  /** The parking topic as text, without the random parts of names. */
  get #parkingTopic(): string {
    const { records } = this.topics.topic(PARKING_TOPIC);
    return records
      .map(({ key, value }) => `${String(key)}=${String(value)}`.replaceAll(/[0-9a-f]{8,16}/g, ''))
      .join(' ');
  }

  get #source(): string {
    return this.topics
      .topic(SOURCE)
      .records.map(({ value }) => String(value))
      .join(' ');
  }

  async take(step: string): Promise<void> {
    const [first = '', what = '', position = ''] = step.split(' ');
    if (first === 'next') await this.#takeOver(Number(position));
    else if (first === 'another') await this.#changeLog(Number(position));
    else if (first === 'release') await this.#release();
    else {
      if (what === 'fails') this.#left.failures--;
      if (what === 'unanswered') this.#left.unanswered--;
      await this.#owners[Number(first)]?.take(what);
    }
    await settled();
  }

  async problem(): Promise<string | undefined> {
    if (this.#overtaken !== undefined) return this.#overtaken;
    const { parked, isReleaseRequested } = await this.#next();
    for (const [value, how] of this.#settledBy(this.#present.position)) {
      const isThere = parked.includes(value);
      if (how === 'handled' && isThere) return `${value} was handled and committed, and counts as parked`;
      if (how !== 'handled' && !isThere && !this.#handled.has(value)) return `${value} is lost`;
    }
    const first = parked.find((value) => value.startsWith(RELEASED));
    const isLeft = first !== undefined && this.#settledBy(this.#present.position).get(first) === 'follower';
    const isForgotten = isLeft && !isReleaseRequested && this.#left.releases < this.bounds.releases;
    return isForgotten && !this.#hasFailedAgain
      ? `the release of ${RELEASED} is forgotten: ${first} is left`
      : undefined;
  }

  /** The records that a new owner would find parked if the current one had committed all settled records. */
  async #next(): Promise<Next> {
    const from = this.#present.position;
    const key = `${from}\n${this.#parkingTopic}\n${this.#source}`;
    const known = this.known.get(key);
    if (known) return known;
    const world = { ...IGNORING_WORLD, topics: this.topics.copy() };
    const owner = new ModelOwner(this.#owners.length + 1, from, this.classes, world);
    const next = { parked: await owner.loadAlone(), isReleaseRequested: owner.isReleaseRequested };
    this.known.set(key, next);
    return next;
  }

  isCurrent(owner: object): boolean {
    return this.#owners.at(-1) === owner;
  }

  called(record: FetchedRecord, by: object): void {
    if (!this.isCurrent(by)) return;
    // Records are numbered in the order in which they were written, across all logs.
    const numberOf = (value: string): number => Number(value.slice(1));
    for (const [value, how] of this.#settled) {
      const isEarlier =
        value.startsWith(String(record.key)) && numberOf(value) < numberOf(String(record.value));
      if (isEarlier && how !== 'handled' && !this.#handled.has(value)) {
        this.#overtaken = `${String(record.value)} overtakes ${value}`;
      }
    }
  }

  handled({ value }: FetchedRecord): void {
    this.#handled.add(String(value));
  }

  failedAgain(): void {
    this.#hasFailedAgain = true;
  }

  /** How each committed record was settled, if the current owner commits up to `position`. */
  #settledBy(position: number): ReadonlyMap<string, Settled> {
    const all = new Map(this.#settled);
    for (const { offset, value } of this.topics.topic(SOURCE).records) {
      const how = this.#present.howSettled(Number(offset));
      if (Number(offset) >= this.#committed && Number(offset) < position && how) all.set(String(value), how);
    }
    return all;
  }

  #commit(position: number): void {
    for (const [value, how] of this.#settledBy(position)) this.#settled.set(value, how);
    this.#committed = position;
  }

  async #takeOver(position: number): Promise<void> {
    this.#commit(position);
    await this.#begin();
  }

  async #begin(): Promise<void> {
    this.#owners.at(-1)?.crash();
    const owner = new ModelOwner(
      this.#owners.length + 1,
      this.#committed,
      this.classes,
      this,
      this.bounds.times,
    );
    this.#owners.push(owner);
    owner.start();
    await settled();
  }

  /** Replaces the log by another one with unhandled records of both keys at the same offsets. */
  async #changeLog(position: number): Promise<void> {
    this.#left.logChanges--;
    this.#commit(position);
    if (this.bounds.logChange === 'recreated') this.topics.recreate(SOURCE);
    else this.topics.topic(SOURCE).records.splice(1);
    const from = this.topics.topic(SOURCE).records.length;
    this.#committed = Math.min(this.#committed, from);
    for (const [index, key] of ['a', 'b'].entries()) this.#append(from + index, key, `${key}${10 + index}`);
    await this.#begin();
  }

  async #release(): Promise<void> {
    this.#left.releases--;
    await this.topics.send({ ...toReleaseRequest(RELEASED), topic: PARKING_TOPIC, partition: 0 });
  }

  /** Whether a record of the key that may be released was ever parked. */
  #wasParked(): boolean {
    return this.topics.topic(PARKING_TOPIC).records.some(({ value }) => String(value).startsWith(RELEASED));
  }

  #append(offset: number, key: string, value: string): void {
    const [keyBytes, valueBytes] = [Buffer.from(key), Buffer.from(value)];
    const { records } = this.topics.topic(SOURCE);
    records.push({ offset: toOffset(offset), key: keyBytes, value: valueBytes, timestamp: '0', headers: {} });
  }
}

/** The state that the next owner would read. */
interface Next {
  readonly parked: readonly string[];
  readonly isReleaseRequested: boolean;
}
