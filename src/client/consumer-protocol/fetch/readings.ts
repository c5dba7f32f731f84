import type { Clock, TopicPartition } from '../../../pipeline/index.js';
import type { AssignedPartition } from '../membership/assignment.js';
import type { TopicId } from '../messages/message.js';
import type { Reading } from './reading.js';
import type { TopicLeaders } from './topic-leaders.js';

/** The partitions that are read, and from which broker each of them. */
export class Readings {
  readonly #byName = new Map<string, Reading>();

  constructor(
    private readonly leaders: TopicLeaders,
    private readonly clock: Clock,
  ) {}

  get all(): Reading[] {
    return [...this.#byName.values()];
  }

  get topicIds(): ReadonlySet<TopicId> {
    return new Set(this.all.map(({ topicId }) => topicId));
  }

  of(at: TopicPartition): Reading | undefined {
    return this.#byName.get(nameOf(at));
  }

  add(reading: Reading): void {
    this.#byName.set(nameOf(reading), reading);
  }

  /** Another topic of the same name is another partition. */
  remove(at: AssignedPartition): void {
    if (this.of(at)?.topicId === at.topicId) this.#byName.delete(nameOf(at));
  }

  clear(): void {
    this.#byName.clear();
  }

  /** Whether the partition is still read, in the same ownership. */
  isCurrent(reading: Reading): boolean {
    return this.of(reading) === reading && !reading.isEnding;
  }

  /** Those that may be fetched from a broker now. */
  readyFor(nodeId: number): Reading[] {
    const now = this.clock.now();
    return this.#fetchable(nodeId).filter(({ blockedUntil }) => blockedUntil <= now);
  }

  /** When the next one of a broker becomes ready by itself, in ms since the epoch; undefined if none does. */
  nextReadyAt(nodeId: number): number | undefined {
    const now = this.clock.now();
    const times = this.#fetchable(nodeId).map(({ blockedUntil }) => blockedUntil);
    const later = times.filter((time) => time > now);
    return later.length > 0 ? Math.min(...later) : undefined;
  }

  /** Whether one of a broker was paused after that time. */
  isAnyPausedSince(nodeId: number, time: number): boolean {
    return this.#on(nodeId).some(({ isPaused, pausedAt }) => isPaused && pausedAt > time);
  }

  /** The broker from which a partition is read; undefined while its leader is not known. */
  nodeOf(reading: Reading): number | undefined {
    const { replica } = reading;
    if (replica && replica.until > this.clock.now()) return replica.nodeId;
    const leaderId = this.leaders.leaderOf(reading)?.leaderId ?? -1;
    return leaderId < 0 ? undefined : leaderId;
  }

  #fetchable(nodeId: number): Reading[] {
    return this.#on(nodeId).filter(({ isPaused, isEnding, position }) => !isPaused && !isEnding && position);
  }

  #on(nodeId: number): Reading[] {
    return this.all.filter((each) => this.nodeOf(each) === nodeId);
  }
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;
