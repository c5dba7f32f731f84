import type { Logger } from '@nestjs/common';
import type { ConsumerListener, Membership } from '../../client/index.js';
import type { KafkaConfig } from '../../config/index.js';
import type {
  FetchedBatch,
  FetchedRecord,
  GroupPipeline,
  InFlightLimiter,
  Offset,
  TopicPartition,
  TopicPartitionOffset,
} from '../../pipeline/index.js';
import { partitionOf } from './failure-lines.js';
import type { MemberLog } from './member-log.js';
import type { StatusRecorder } from './group-status.js';
import type { RetryPurge } from './retry-purge.js';

/** The dependencies of a listener. */
export interface GroupListenerParts {
  readonly groupId: string;
  readonly pipeline: GroupPipeline;
  readonly recorder: StatusRecorder;
  readonly retryPurge: RetryPurge;
  readonly limiter: InFlightLimiter;
  readonly config: Pick<KafkaConfig, 'rebalanceTimeoutMs' | 'autoOffsetReset'>;
  readonly logger: Logger;
  readonly members: MemberLog;
  readonly isRetryTopic: (topic: string) => boolean;
  readonly hasHandler: (topic: string) => boolean;
  /** The number of assigned partitions has changed. */
  readonly assignmentChanged: () => void;
  /** A partition is read from another offset, since its log does not have the one to read from. */
  readonly offsetReset: (topic: string) => void;
}

/**
 * How long a fetched batch may wait for the in-flight limits before only a part of it is taken in, in ms. Fast
 * handlers free enough within that time, and a refetch of the rest would cost more.
 */
const ROOM_MS = 20;

/** Passes the events of a group's client on to the pipeline and the status: rebalances, positions and batches. */
export class GroupListener implements ConsumerListener {
  /** Topics that were fetched although they have no handler. */
  readonly #unhandled = new Set<string>();

  constructor(private readonly parts: GroupListenerParts) {}

  isRetryTopic(topic: string): boolean {
    return this.parts.isRetryTopic(topic);
  }

  async revoking(partitions: readonly TopicPartition[]): Promise<void> {
    const { pipeline, recorder, logger, config } = this.parts;
    recorder.givesUp(partitions);
    const drained = await pipeline.drain(config.rebalanceTimeoutMs / 2, partitions);
    if (!drained) logger.warn('not all records in flight could be finished before the rebalance');
  }

  lost(partitions: readonly TopicPartition[]): void {
    const { pipeline, recorder, logger } = this.parts;
    recorder.givesUp(partitions);
    const named = partitions.map(partitionOf).join(', ') || 'none';
    logger.warn(`the group has removed this member; its partitions may belong to others: ${named}`);
    pipeline.lose(partitions);
  }

  rebalanceEnded(membership: Membership): void {
    const { memberId, generation, assignment, continuous } = membership;
    const { pipeline, recorder, retryPurge, logger } = this.parts;
    // Partitions that this member did not own throughout may have had another owner, and their logs may have been
    // replaced.
    const retained = new Set(continuous ? assignment.map(partitionOf) : []);
    retryPurge.forget((at) => !retained.has(partitionOf(at)));
    recorder.joined(membership, retained);
    pipeline.assign(assignment, continuous, generation);
    this.parts.assignmentChanged();
    const named = assignment.map(partitionOf).join(', ') || 'none';
    logger.log(
      `joined as ${memberId}, generation ${generation}, with ${assignment.length} partitions: ${named}`,
    );
    this.parts.members.joined(membership);
    if (assignment.length === 0) recorder.running();
  }

  positionKnown(position: TopicPartitionOffset): void {
    this.parts.pipeline.start(position);
    this.parts.recorder.running();
  }

  outOfRange(position: TopicPartitionOffset): Offset {
    const { pipeline, recorder, retryPurge, logger } = this.parts;
    const from = pipeline.outOfRange(position);
    const name = partitionOf(position);
    retryPurge.forget((at) => partitionOf(at) === name);
    this.parts.offsetReset(position.topic);
    logger.error(
      `${name}: the log does not have the offset to read from; continues at ${from}, ${this.#resetReason(from, position)}`,
    );
    recorder.running();
    return from;
  }

  #resetReason(from: Offset, { topic, offset }: TopicPartitionOffset): string {
    if (this.isRetryTopic(topic))
      return (
        'the oldest record that is left. Records that waited here for their retry were deleted before they were handled, ' +
        'by a retention, a purge, or because the topic was recreated: they are lost. Set retention.ms=-1 for the topic'
      );
    return from === offset
      ? `as KAFKA_AUTO_OFFSET_RESET=${this.parts.config.autoOffsetReset} says`
      : `since the records there were not handled; KAFKA_AUTO_OFFSET_RESET says ${offset}`;
  }

  roomAvailable(): Promise<void> | undefined {
    const { limiter } = this.parts;
    return limiter.hasRoom ? undefined : limiter.untilRoom(AbortSignal.timeout(ROOM_MS));
  }

  fetched(batch: FetchedBatch): FetchedRecord | 'all' | undefined {
    this.parts.recorder.fetched(batch);
    const taken = this.parts.pipeline.receive(batch);
    if (taken === undefined) this.#warnIfUnhandled(batch.topic);
    return taken;
  }

  #warnIfUnhandled(topic: string): void {
    const { groupId, hasHandler, logger } = this.parts;
    if (this.#unhandled.has(topic) || hasHandler(topic)) return;
    this.#unhandled.add(topic);
    logger.warn(
      `${topic}: group ${groupId} reads this topic and has no handler for it; its records are fetched again and again, ` +
        'and not committed: add a @KafkaHandler for it to this group. If it is a retry topic, check that its source ' +
        'topic exists',
    );
  }

  skipped(position: TopicPartitionOffset): void {
    this.parts.recorder.readable(position);
    this.parts.pipeline.skip(position);
  }

  batchUnreadable(at: TopicPartition, why: string): void {
    if (this.parts.recorder.unreadable(at, why)) this.parts.logger.error(why);
  }

  heartbeat(): void {
    this.parts.recorder.heartbeat();
  }
}
