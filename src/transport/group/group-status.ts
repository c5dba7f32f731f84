import { AccessError, type Membership } from '../../client/index.js';
import { describeError, type TopicPartition } from '../../pipeline/index.js';
import type { TopicSelection } from '../handlers/registry/handler-registry.js';
import { partitionOf } from './failure-lines.js';

/** The state of a group's consumer. */
export type GroupPhase =
  'connecting' | 'waiting-for-topics' | 'rebalancing' | 'running' | 'draining' | 'stopped';

/** The current status of a group's consumer. Times are in ms since the epoch. */
export interface GroupStatus {
  readonly groupId: string;
  /** The name of its Kafka cluster; missing for the one without a name. */
  readonly cluster?: string;
  readonly phase: GroupPhase;
  /** Whether it has ever joined and learned its positions. */
  readonly everJoined: boolean;
  readonly memberId: string | undefined;
  readonly generation: number | undefined;
  readonly assignment: readonly TopicPartition[];
  /** Topics that have handlers and do not exist. */
  readonly missingTopics: readonly string[];
  /** Missing topics that this client may not see. */
  readonly hiddenTopics: readonly string[];
  /** Why retry topics of the group cannot be created, or cannot get the partitions that they need. */
  readonly retryTopicProblems: readonly string[];
  /** What the brokers deny this client, and what to grant; undefined once it can read again. */
  readonly accessProblem: string | undefined;
  /** Why partitions wait at a batch that cannot be read, by topic and partition. */
  readonly unreadableBatches: ReadonlyMap<string, string>;
  /** The coordinator's last answer to a heartbeat or join; 0 before the first. */
  readonly lastHeartbeatAt: number;
  /**
   * When the consumer last made progress: a heartbeat, a join, a batch, a list of topics before a client starts, or a
   * client that was denied access.
   */
  readonly lastProgressAt: number;
  /** How often a client was replaced after it had failed. */
  readonly restarts: number;
  /** How often it has joined the group, including the first time. */
  readonly joins: number;
  /** Why the last client failed; undefined once another runs. */
  readonly lastError: { readonly at: number; readonly message: string } | undefined;
  /** Whether the loop that replaces clients has ended. */
  readonly ended: boolean;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Records what happens to a group's consumer; the only place that changes its status. */
export class StatusRecorder {
  readonly status: Mutable<GroupStatus>;
  readonly #unreadable = new Map<string, string>();
  /** A client that may join the group may still lack permission to read its topics. */
  #readAccess: 'assumed' | 'denied' = 'assumed';

  constructor(
    groupId: string,
    private readonly phaseChanged: (phase: GroupPhase) => void,
    cluster?: string,
  ) {
    this.status = {
      groupId,
      ...(cluster !== undefined && { cluster }),
      phase: 'connecting',
      everJoined: false,
      memberId: undefined,
      generation: undefined,
      assignment: [],
      missingTopics: [],
      hiddenTopics: [],
      retryTopicProblems: [],
      accessProblem: undefined,
      unreadableBatches: this.#unreadable,
      lastHeartbeatAt: 0,
      lastProgressAt: Date.now(),
      restarts: 0,
      joins: 0,
      lastError: undefined,
      ended: false,
    };
  }

  /** Changes the phase. Draining and stopped are final. */
  enter(phase: GroupPhase): void {
    const { phase: current } = this.status;
    if (current === phase || current === 'stopped') return;
    if (current === 'draining' && phase !== 'stopped') return;
    this.status.phase = phase;
    this.phaseChanged(phase);
  }

  /** Partitions are given up: if no others are left, the consumer is rebalancing. */
  givesUp(partitions: readonly TopicPartition[]): void {
    const given = new Set(partitions.map(partitionOf));
    if (this.status.assignment.every((at) => given.has(partitionOf(at)))) this.enter('rebalancing');
  }

  /** The member has joined a generation, with these partitions retained. */
  joined({ memberId, generation, assignment }: Membership, retained: ReadonlySet<string>): void {
    for (const name of this.#unreadable.keys()) if (!retained.has(name)) this.#unreadable.delete(name);
    this.status.joins++;
    Object.assign(this.status, { memberId, generation, assignment, lastHeartbeatAt: Date.now() });
    this.progressed();
  }

  /** The member knows where to read from, or has nothing to read. */
  running(): void {
    this.status.everJoined = true;
    if (this.#readAccess === 'assumed') this.status.accessProblem = undefined;
    this.status.lastError = undefined;
    this.enter('running');
  }

  /** The coordinator has answered. */
  heartbeat(): void {
    this.status.lastHeartbeatAt = Date.now();
    this.status.accessProblem = undefined;
    this.progressed();
  }

  /** A partition was read. */
  fetched(at: TopicPartition): void {
    this.status.accessProblem = undefined;
    this.readable(at);
    this.progressed();
  }

  /** A partition does not wait at an unreadable batch. */
  readable(at: TopicPartition): void {
    if (this.#unreadable.size > 0) this.#unreadable.delete(partitionOf(at));
  }

  /**
   * A partition waits at a batch that can't be read.
   * @returns whether that is new
   */
  unreadable(at: TopicPartition, why: string): boolean {
    const name = partitionOf(at);
    const isNew = this.#unreadable.get(name) !== why;
    this.#unreadable.set(name, why);
    return isNew;
  }

  /** The topics were listed. */
  topicsListed(
    { existing, missing }: TopicSelection,
    hidden: readonly string[],
    retryTopicProblems: readonly string[],
  ): void {
    Object.assign(this.status, { missingTopics: missing, hiddenTopics: hidden, retryTopicProblems });
    if (existing.length === 0) this.enter('waiting-for-topics');
  }

  /** A client has failed, and a new one follows. */
  clientFailed(error: unknown): void {
    this.status.restarts++;
    this.status.lastError = { at: Date.now(), message: describeError(error) };
    if (error instanceof AccessError) this.#accessDenied(error);
    this.enter('connecting');
  }

  /** No client follows any more. */
  ended(): void {
    this.status.ended = true;
  }

  progressed(): void {
    this.status.lastProgressAt = Date.now();
  }

  /** A missing permission to read a topic shows only after the join, at the first fetch. */
  #accessDenied({ code, message, isDenied }: AccessError): void {
    // Liveness stays up: the client of a restarted process would be denied too.
    this.progressed();
    if (!isDenied) return;
    this.#readAccess = code === 'TOPIC_NOT_AUTHORIZED' ? 'denied' : 'assumed';
    this.status.accessProblem = message;
  }
}
