/** Brokers whose logs are in memory. A fetch without records waits until some are written or its time is up. */
import type { VirtualClock } from '../../../pipeline/testing/virtual-time.js';
import type { Brokers } from '../brokers.js';
import { fetch, type FetchAnswer, type FetchQuestion, type PartitionAnswer } from '../messages/fetch.js';
import { EARLIEST, type ListOffsetsQuestion, listOffsets } from '../messages/list-offsets.js';
import type { Message, Throttled } from '../messages/message.js';
import { metadata, type MetadataAnswer, type MetadataQuestion } from '../messages/metadata.js';
import { type EpochQuestion, offsetForLeaderEpoch } from '../messages/offset-for-leader-epoch.js';
import type { ModelLog } from './model-log.js';

const OUT_OF_RANGE = 1;
const NOT_LEADER = 6;
const FENCED_EPOCH = 74;
const UNKNOWN_EPOCH = 75;
const UNKNOWN_TOPIC_ID = 100;

/** A topic. */
export interface ModelTopic {
  readonly name: string;
  readonly logs: readonly ModelLog[];
}

/** Answers a request that the model does not know. */
type OtherAnswers = (message: { readonly apiName: string }, question: unknown) => Throttled | undefined;

export class ModelBrokers implements Brokers {
  readonly topics = new Map<string, ModelTopic>();
  /** Brokers that are down: requests to them fail. */
  readonly down = new Set<number>();
  /** Brokers that accept requests and never answer. */
  readonly hung = new Set<number>();
  /** Each request, as `broker name`. */
  readonly requests: string[] = [];
  readonly fetches: { readonly nodeId: number; readonly question: FetchQuestion }[] = [];
  #written: () => void = () => undefined;

  constructor(
    private readonly clock: VirtualClock,
    private readonly others: OtherAnswers = () => undefined,
  ) {}

  /** Ends the waits of fetches: something was written. */
  written(): void {
    const end = this.#written;
    this.#written = () => undefined;
    end();
  }

  async send<Question, Answer extends Throttled>(
    nodeId: number | 'any',
    message: Message<Question, Answer>,
    question: Question,
  ): Promise<Answer> {
    this.requests.push(`${nodeId} ${message.apiName}`);
    if (nodeId !== 'any') {
      if (this.hung.has(nodeId)) await new Promise(() => undefined);
      if (this.down.has(nodeId)) throw new Error(`broker ${nodeId} is down`);
    }
    return (await this.#answer(Number(nodeId), message, question)) as unknown as Answer;
  }

  async #answer(
    nodeId: number,
    message: { readonly apiKey: number; readonly apiName: string },
    question: unknown,
  ) {
    switch (message.apiKey) {
      case fetch.apiKey:
        return this.#fetch(nodeId, question as FetchQuestion);
      case metadata.apiKey:
        return this.#metadata(question as MetadataQuestion);
      case listOffsets.apiKey:
        return this.#listOffsets(question as ListOffsetsQuestion);
      case offsetForLeaderEpoch.apiKey:
        return this.#epochs(nodeId, question as EpochQuestion);
      default:
        return this.others(message, question);
    }
  }

  async #fetch(nodeId: number, question: FetchQuestion): Promise<FetchAnswer> {
    this.fetches.push({ nodeId, question });
    const answer = this.#fetchNow(nodeId, question);
    const isEmpty = answer.topics.every(({ partitions }) =>
      partitions.every(
        ({ log, errorCode, preferredReadReplica }) =>
          log.length + errorCode === 0 && preferredReadReplica < 0,
      ),
    );
    if (!isEmpty) return answer;
    await new Promise<void>((resolve) => {
      const cancel = this.clock.schedule(question.maxWaitMs, resolve);
      const before = this.#written;
      this.#written = () => {
        before();
        cancel();
        resolve();
      };
    });
    return this.#fetchNow(nodeId, question);
  }

  #fetchNow(nodeId: number, { topics, rackId }: FetchQuestion): FetchAnswer {
    return {
      throttleTimeMs: 0,
      errorCode: 0,
      topics: topics.map(({ topicId, partitions }) => ({
        topicId,
        partitions: partitions.map(({ partition, fetchOffset, currentLeaderEpoch }): PartitionAnswer => {
          const log = this.topics.get(topicId)?.logs[partition];
          const errorCode = log ? errorOf(log, nodeId, fetchOffset, currentLeaderEpoch) : UNKNOWN_TOPIC_ID;
          const isElsewhere =
            rackId !== '' && log !== undefined && log.leaderId === nodeId && log.preferredReplica >= 0;
          return {
            partition,
            errorCode,
            highWatermark: log?.end ?? -1n,
            lastStableOffset: log?.end ?? -1n,
            logStartOffset: log?.start ?? -1n,
            preferredReadReplica: isElsewhere ? log.preferredReplica : -1,
            aborted: [],
            currentLeader: undefined,
            log: log && errorCode === 0 && !isElsewhere ? log.from(fetchOffset) : Buffer.alloc(0),
          };
        }),
      })),
    };
  }

  #metadata({ ids }: MetadataQuestion): MetadataAnswer {
    return {
      throttleTimeMs: 0,
      topics: ids.map((topicId) => {
        const topic = this.topics.get(topicId);
        return {
          errorCode: topic ? 0 : UNKNOWN_TOPIC_ID,
          topic: topic?.name ?? null,
          topicId,
          partitions: (topic?.logs ?? []).map(({ leaderId, leaderEpoch }, partition) => ({
            partition,
            leaderId,
            leaderEpoch,
          })),
        };
      }),
    };
  }

  #listOffsets({ topics }: ListOffsetsQuestion): object {
    return {
      throttleTimeMs: 0,
      topics: topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map(({ partition, timestamp }) => {
          const log = this.#named(topic, partition);
          const offset = timestamp === EARLIEST ? log?.start : log?.end;
          return { partition, errorCode: 0, offset: offset ?? -1n, leaderEpoch: log?.leaderEpoch ?? -1 };
        }),
      })),
    };
  }

  #epochs(nodeId: number, { topics }: EpochQuestion): object {
    return {
      throttleTimeMs: 0,
      topics: topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map(({ partition, leaderEpoch }) => {
          const log = this.#named(topic, partition);
          if (log?.leaderId !== nodeId)
            return { partition, errorCode: NOT_LEADER, leaderEpoch: -1, endOffset: -1n };
          return { partition, errorCode: 0, ...log.endOfEpoch(leaderEpoch) };
        }),
      })),
    };
  }

  #named(topic: string, partition: number): ModelLog | undefined {
    return [...this.topics.values()].find(({ name }) => name === topic)?.logs[partition];
  }
}

function errorOf(log: ModelLog, nodeId: number, offset: bigint, epoch: number): number {
  if (log.errorCode !== 0) return log.errorCode;
  if (log.leaderId !== nodeId && log.preferredReplica !== nodeId) return NOT_LEADER;
  if (epoch !== -1 && epoch < log.leaderEpoch) return FENCED_EPOCH;
  if (epoch > log.leaderEpoch) return UNKNOWN_EPOCH;
  return offset < log.start || offset > log.end ? OUT_OF_RANGE : 0;
}
