import { settled } from '../../../pipeline/testing/virtual-time.js';
import { type FetchedRecord, toOffset } from '../../../pipeline/index.js';
import { toReleaseRequest } from '../parked-entry.js';
import type { World } from './explore.js';
import { MemoryTopics } from './memory-topics.js';
import { ModelOwner } from './model-owner.js';
import { LOT, type OwnerClasses, type OwnerWorld, type Settled, SOURCE, UNHEARD } from './owner-world.js';

/** The key that may be released. */
const RELEASED = 'a';

/** How often each may happen in one history. */
export interface Bounds {
  /** The keys of the records in the partition's log, a character each. */
  readonly keys: string;
  /** Owners of the partition, one after another; what one has sent may still arrive when it is gone. */
  readonly owners: number;
  /** Calls of a handler that fail. */
  readonly failures: number;
  readonly releases: number;
  /** Writes that are done and not answered. */
  readonly unanswered: number;
  /** Times that an owner may look at its lot, or try a write again; and whether its writes may overtake each other. */
  readonly times: number;
  /** What may happen to the partition's log, with a change of owners. */
  readonly logChange?: 'recreated' | 'cut back';
}

/**
 * One partition, its parking lot, and its owners. What they write and read, how their handlers return, their commits,
 * and who owns the partition are steps that may come in any order.
 */
export class ParkingWorld implements World, OwnerWorld {
  readonly topics = new MemoryTopics();
  readonly #owners: ModelOwner[] = [];
  readonly #left: { failures: number; releases: number; unanswered: number; logChanges: number };
  /** By the value of a record, which no other has: how it was settled by the owner that committed it. */
  readonly #settled = new Map<string, Settled>();
  readonly #handled = new Set<string>();
  #committed = 0;
  #hasFailedAgain = false;
  #overtaken: string | undefined;

  private constructor(
    private readonly bounds: Bounds,
    private readonly classes: OwnerClasses,
    /** By what it depends on. */
    private readonly known: Map<string, Next>,
  ) {
    const { logChange, ...left } = bounds;
    this.#left = { ...left, logChanges: logChange ? 1 : 0 };
    for (const [offset, key] of [...bounds.keys].entries()) this.#append(offset, key, `${key}${offset}`);
  }

  /** Makes worlds that begin alike. */
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
    if (!present) throw new Error('nobody owns the partition');
    return present;
  }

  get key(): string {
    const heard = this.#owners.map((owner) => owner.key).join('|');
    return [heard, this.#lot, this.#source, this.#committed, JSON.stringify(this.#left)].join('\n');
  }

  /** What is random in a name is of no consequence. */
  get #lot(): string {
    const { records } = this.topics.topic(LOT);
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
    const { parked, isReleaseWanted } = await this.#next();
    for (const [value, how] of this.#settledBy(this.#present.position)) {
      const isThere = parked.includes(value);
      if (how === 'handled' && isThere) return `${value} was handled and committed, and counts as parked`;
      if (how !== 'handled' && !isThere && !this.#handled.has(value)) return `${value} is lost`;
    }
    const first = parked.find((value) => value.startsWith(RELEASED));
    const isLeft = first !== undefined && this.#settledBy(this.#present.position).get(first) === 'follower';
    const isForgotten = isLeft && !isReleaseWanted && this.#left.releases < this.bounds.releases;
    return isForgotten && !this.#hasFailedAgain
      ? `the release of ${RELEASED} is forgotten: ${first} is left`
      : undefined;
  }

  /** What an owner takes for parked that comes now, where the present one has committed all that it has settled. */
  async #next(): Promise<Next> {
    const from = this.#present.position;
    const key = `${from}\n${this.#lot}\n${this.#source}`;
    const known = this.known.get(key);
    if (known) return known;
    const world = { ...UNHEARD, topics: this.topics.copy() };
    const owner = new ModelOwner(this.#owners.length + 1, from, this.classes, world);
    const next = { parked: await owner.loadAlone(), isReleaseWanted: owner.isReleaseWanted };
    this.known.set(key, next);
    return next;
  }

  isCurrent(owner: object): boolean {
    return this.#owners.at(-1) === owner;
  }

  called(record: FetchedRecord, by: object): void {
    if (!this.isCurrent(by)) return;
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

  /** How every record was settled that is committed, once the present owner has committed up to there. */
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

  /** The log is another, of which nothing has been handled, and has records of both keys where others were. */
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
    await this.topics.send({ ...toReleaseRequest(RELEASED), topic: LOT, partition: 0 });
  }

  /** Whether the lot has had a record of the key that may be released. */
  #wasParked(): boolean {
    return this.topics.topic(LOT).records.some(({ value }) => String(value).startsWith(RELEASED));
  }

  #append(offset: number, key: string, value: string): void {
    const [keyBytes, valueBytes] = [Buffer.from(key), Buffer.from(value)];
    const { records } = this.topics.topic(SOURCE);
    records.push({ offset: toOffset(offset), key: keyBytes, value: valueBytes, timestamp: '0', headers: {} });
  }
}

/** What the next owner would learn. */
interface Next {
  readonly parked: readonly string[];
  readonly isReleaseWanted: boolean;
}

/** Records are numbered in the order in which they were written, over all logs. */
function numberOf(value: string): number {
  return Number(value.slice(1));
}
