import type { Clock, TopicPartition, TopicPartitionOffset } from '../../../pipeline/index.js';
import type { Brokers } from '../brokers.js';
import type { AssignedPartition } from '../membership/assignment.js';
import { BrokerAnswerError, errorName } from '../messages/error-codes.js';
import type { FetchAnswer } from '../messages/fetch.js';
import type { LogOffsets } from '../offsets/log-offsets.js';
import type { LogPosition } from '../offsets/log-position.js';
import type { StartPositions } from '../offsets/start-positions.js';
import { BrokerLoop, type BrokerLoopHost } from './broker-loop.js';
import { handOver } from './fetch-answer.js';
import type { FetchListener } from './fetch-listener.js';
import type { FetchSettings } from './fetch-settings.js';
import { LEADER_RETRY_MS, PartitionFailures } from './partition-failures.js';
import { PositionReset } from './position-reset.js';
import { Reading } from './reading.js';
import { Readings } from './readings.js';
import type { TopicLeaders } from './topic-leaders.js';
import { compareWithLog, needsComparison } from './truncation-check.js';

/** The dependencies of a fetcher. */
export interface FetcherParts {
  readonly brokers: Brokers;
  readonly leaders: TopicLeaders;
  readonly positions: StartPositions;
  readonly logOffsets: LogOffsets;
  readonly settings: FetchSettings;
  readonly listener: FetchListener;
  readonly clock: Clock;
}

/** Reads the partitions of a member: where from, from which brokers, and which of them not at the moment. */
export class Fetcher implements BrokerLoopHost {
  readonly #readings: Readings;
  readonly #loops = new Map<number, BrokerLoop>();
  readonly #reset: PositionReset;
  readonly #failures: PartitionFailures;
  #turns = 0;
  #isStopped = false;

  constructor(private readonly parts: FetcherParts) {
    this.#readings = new Readings(parts.leaders, parts.clock);
    this.#reset = new PositionReset(parts, {
      isCurrent: (reading) => this.#readings.isCurrent(reading),
      moved: () => this.#wakeLoops(),
    });
    this.#failures = new PartitionFailures(
      parts,
      this.#reset,
      (reading) => {
        parts.leaders.suspect(reading.topicId);
        void this.#learnLeaders([reading]);
      },
      () => this.#runLoops(),
    );
  }

  /** Starts to read partitions, once it is known where from. */
  assigned(partitions: readonly AssignedPartition[]): void {
    const added = partitions.map((each) => new Reading(each));
    for (const each of added) this.#readings.add(each);
    const { settings, listener, positions } = this.parts;
    void this.#learnLeaders(added);
    void positions.find(added, {
      isWanted: (each) => each instanceof Reading && this.#readings.isCurrent(each),
      found: (each, position) => this.#found(each, position),
      missing: (those) => listener.failed(settings.noCommittedOffset(those, 'missing')),
      denied: (error) => listener.failed(new BrokerAnswerError(error, 'OffsetFetch')),
    });
  }

  /** The partitions are about to be given up: nothing of them is fetched or handed over any more. */
  ending(partitions: readonly AssignedPartition[]): void {
    for (const each of partitions) {
      const reading = this.#readings.of(each);
      if (reading?.topicId === each.topicId) reading.isEnding = true;
    }
  }

  /** The partitions were given up. */
  removed(partitions: readonly AssignedPartition[]): void {
    for (const each of partitions) this.#readings.remove(each);
    this.parts.leaders.retain(this.#readings.topicIds);
  }

  pause(at: TopicPartition): void {
    const reading = this.#readings.of(at);
    if (!reading) return;
    reading.isPaused = true;
    reading.pausedAt = this.parts.clock.now();
  }

  resume(at: TopicPartition): void {
    const reading = this.#readings.of(at);
    if (!reading?.isPaused) return;
    reading.isPaused = false;
    this.#wakeLoops();
  }

  /** The leader epoch of the record before an offset; -1 if it is not known. */
  leaderEpochAt(position: TopicPartitionOffset): number {
    return this.#readings.of(position)?.leaderEpochBefore(BigInt(position.offset)) ?? -1;
  }

  /** Fetches nothing any more. Requests in flight are not awaited. */
  stop(): void {
    this.#isStopped = true;
    this.#readings.clear();
    for (const loop of this.#loops.values()) loop.stop();
  }

  readyFor(nodeId: number): Reading[] {
    return this.#readings.readyFor(nodeId);
  }

  nextReadyAt(nodeId: number): number | undefined {
    return this.#readings.nextReadyAt(nodeId);
  }

  isPausedBriefly(nodeId: number): boolean {
    const { clock, settings } = this.parts;
    return this.#readings.isAnyPausedSince(nodeId, clock.now() - settings.maxWaitMs);
  }

  async compared(nodeId: number, readings: readonly Reading[]): Promise<readonly Reading[]> {
    const { brokers, leaders } = this.parts;
    const doubtful = readings.filter((each) => needsComparison(each, leaders));
    // Only the leader knows where its epochs ended.
    const here = doubtful.filter((each) => leaders.leaderOf(each)?.leaderId === nodeId);
    for (const each of doubtful) if (!here.includes(each)) each.replica = undefined;
    if (here.length < doubtful.length) this.#runLoops();
    if (here.length > 0) {
      for (const [reading, comparison] of await compareWithLog(brokers, nodeId, here, leaders)) {
        if (comparison.kind === 'refused') this.#failures.failed(reading, comparison.error);
        else if (this.#readings.isCurrent(reading)) this.#reset.compared(reading, comparison);
      }
    }
    const now = this.parts.clock.now();
    return readings.filter(
      (each) => this.#readings.isCurrent(each) && each.blockedUntil <= now && !needsComparison(each, leaders),
    );
  }

  async answered(nodeId: number, asked: ReadonlyMap<Reading, bigint>, answer: FetchAnswer): Promise<void> {
    if (answer.errorCode !== 0) throw new BrokerAnswerError(errorName(answer.errorCode), 'Fetch');
    const byId = new Map([...asked.keys()].map((each) => [`${each.topicId}/${each.partition}`, each]));
    await handOver(answer, this.parts.settings, this.parts.listener, {
      readingOf: (topicId, partition) => {
        const reading = byId.get(`${topicId}/${partition}`);
        const isCurrent =
          reading && this.#readings.isCurrent(reading) && reading.position?.offset === asked.get(reading);
        return isCurrent ? reading : undefined;
      },
      served: (reading) => void (reading.turn = ++this.#turns),
      refused: (reading, partition) => this.#failures.refused(nodeId, reading, partition),
      block: (reading, delayMs) => this.#failures.block(reading, delayMs),
    });
  }

  failed(error: Error): void {
    this.parts.listener.failed(error);
  }

  unanswered(nodeId: number, asked: Iterable<Reading>): void {
    for (const each of asked) {
      if (each.replica?.nodeId === nodeId) this.#failures.leaveReplica(each);
      this.parts.leaders.suspect(each.topicId);
    }
    void this.#learnLeaders(this.#readings.all);
  }

  #found(at: AssignedPartition, position: LogPosition): void {
    if (!(at instanceof Reading) || !this.#readings.isCurrent(at)) return;
    at.moveTo(position);
    this.parts.listener.positionKnown(at.at(position.offset));
    this.#runLoops();
  }

  /** Looks up leaders until those of these readings are known. Never rejects. */
  async #learnLeaders(readings: readonly Reading[]): Promise<void> {
    const { leaders, clock } = this.parts;
    for (let left = readings; ;) {
      left = left.filter((each) => this.#readings.isCurrent(each));
      await leaders.know(left.map(({ topicId }) => topicId)).catch(() => undefined);
      left = left.filter((each) => (leaders.leaderOf(each)?.leaderId ?? -1) < 0);
      this.#runLoops();
      if (left.length === 0) return;
      for (const each of left) leaders.suspect(each.topicId);
      await new Promise<void>((resolve) => clock.schedule(LEADER_RETRY_MS, resolve));
    }
  }

  /** Starts the loops of brokers that have none yet, and wakes the others. */
  #runLoops(): void {
    if (this.#isStopped) return;
    const { brokers, leaders, settings, clock } = this.parts;
    for (const reading of this.#readings.all) {
      const nodeId = this.#readings.nodeOf(reading);
      if (nodeId === undefined || this.#loops.has(nodeId)) continue;
      const loop = new BrokerLoop(nodeId, brokers, leaders, settings, this, clock);
      this.#loops.set(nodeId, loop);
      void loop.run();
    }
    this.#wakeLoops();
  }

  #wakeLoops(): void {
    for (const loop of this.#loops.values()) loop.wake();
  }
}
