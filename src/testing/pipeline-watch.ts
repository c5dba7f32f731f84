import type {
  FailureEvent,
  GroupParts,
  GroupPipeline,
  Handler,
  InFlightRecord,
  TopicPartitionOffset,
} from '../pipeline/index.js';

/** The outcome of a record in a group. */
export type DeliveryStatus =
  /** Its handler has handled it. */
  | 'handled'
  /** Its handler with `commit: 'manual'` has returned without confirming it. */
  | 'uncommitted'
  /** It is in the dead-letter topic. */
  | 'dead-letter'
  /** It waits in a retry topic; `advance` lets its delay pass. */
  | 'retry-topic'
  /** It is in the parking topic. */
  | 'parked'
  /** It was skipped by `onFailure: 'skip'`. */
  | 'skipped'
  /** It stopped its partition by `onFailure: 'stop'`. */
  | 'stopped'
  /** It waits for a dependency of its handler, for the circuit breaker, or for an earlier record that waits so. */
  | 'waiting'
  /** It was replayed for another group. */
  | 'passed-over';

/** The observations about a record in a group. */
export interface SeenRecord {
  /** Calls of its handler, including decoding and validation. */
  attempts: number;
  record: InFlightRecord | undefined;
  /** The failure of the last call, or of storing the record. */
  failure: FailureEvent | undefined;
  isPassedOver: boolean;
}

/** A call of a handler that has not returned. */
export interface RunningCall {
  readonly groupId: string;
  /** The first of its records. */
  readonly record: InFlightRecord;
  readonly timeoutMs: number | undefined;
  /** When it began, in ms of real time. */
  readonly since: number;
}

const STATUS_OF_OUTCOME = {
  'dead-letter': 'dead-letter',
  'retry-topic': 'retry-topic',
  park: 'parked',
  skip: 'skipped',
} as const;

/** Observes the calls and failures of all groups. */
export class PipelineWatch {
  readonly #seen = new Map<string, SeenRecord>();
  readonly #calls = new Map<InFlightRecord, RunningCall>();

  /** @param realNow real time in ms: virtual time stands still while a handler runs */
  constructor(private readonly realNow: () => number) {}

  /** Wraps the handlers and listeners of a group's pipeline, to observe them. */
  observed(groupId: string, parts: GroupParts): GroupParts {
    const { handlerOf, events } = parts;
    return {
      ...parts,
      handlerOf: (topic) => {
        const handler = handlerOf(topic);
        return handler && this.#watched(groupId, handler);
      },
      events: {
        ...events,
        failed: (event) => {
          if ('record' in event) this.of(groupId, positionOf(event.record)).failure = event;
          events.failed(event);
        },
        passedOver: (at, offset, why) => {
          this.of(groupId, { ...at, offset }).isPassedOver = true;
          events.passedOver(at, offset, why);
        },
      },
    };
  }

  /** Calls that have not returned. */
  get running(): RunningCall[] {
    for (const record of this.#calls.keys()) if (record.startedAt === 0) this.#calls.delete(record);
    return [...this.#calls.values()];
  }

  /** The observations about a record in a group. */
  of(groupId: string, { topic, partition, offset }: TopicPartitionOffset): SeenRecord {
    const key = `${groupId}\n${topic}/${partition}/${offset}`;
    const seen = this.#seen.get(key) ?? {
      attempts: 0,
      record: undefined,
      failure: undefined,
      isPassedOver: false,
    };
    this.#seen.set(key, seen);
    return seen;
  }

  /** The outcome of a record; undefined while it is pending, so that time must pass. */
  statusOf(groupId: string, at: TopicPartitionOffset, pipeline: GroupPipeline): DeliveryStatus | undefined {
    const seen = this.of(groupId, at);
    const { record, failure } = seen;
    if (seen.isPassedOver) return 'passed-over';
    if (failure?.kind === 'failed for good') return STATUS_OF_OUTCOME[failure.outcome];
    if (record?.settled) return 'handled';
    if (failure?.kind === 'stopped') return 'stopped';
    if (isStuck(seen) || this.#isBehindStuck(groupId, at, pipeline)) return 'waiting';
    return record?.handled && record.startedAt === 0 ? 'uncommitted' : undefined;
  }

  #watched(groupId: string, handler: Handler): Handler {
    const { timeoutMs } = handler;
    const called = (records: readonly InFlightRecord[]): void => {
      const [first] = records;
      if (first) this.#calls.set(first, { groupId, record: first, timeoutMs, since: this.realNow() });
      for (const record of records) {
        const seen = this.of(groupId, positionOf(record));
        seen.attempts++;
        seen.record = record;
        seen.failure = undefined;
      }
    };
    if (handler.read === 'batch') {
      return {
        ...handler,
        invoke: (records: readonly InFlightRecord[]) => {
          called(records);
          return handler.invoke(records);
        },
      };
    }
    return {
      ...handler,
      invoke: (record: InFlightRecord) => {
        called([record]);
        return handler.invoke(record);
      },
    };
  }

  /** Whether a record is not handled because an earlier one, or its partition, waits indefinitely. */
  #isBehindStuck(groupId: string, at: TopicPartitionOffset, pipeline: GroupPipeline): boolean {
    if (this.of(groupId, at).attempts > 0) return false;
    const status = pipeline.partition(at)?.status;
    const { pauseReasons = [], oldest } = status ?? {};
    if (pauseReasons.some((reason) => reason !== 'in-flight limit' && reason !== 'not due yet')) return true;
    const stuckLanes = new Set<string>();
    for (let each = oldest; each; each = each.following) {
      const { lane } = each;
      if (each.offset === at.offset) return lane !== undefined && stuckLanes.has(lane);
      if (lane !== undefined && isStuck(this.of(groupId, positionOf(each)))) stuckLanes.add(lane);
    }
    return false;
  }
}

function isStuck({ failure }: SeenRecord): boolean {
  switch (failure?.kind) {
    case 'awaiting dependency':
    case 'breaker open':
    case 'not stored':
    case 'stopped':
      return true;
    default:
      return false;
  }
}

function positionOf({ owner, offset }: InFlightRecord): TopicPartitionOffset {
  return { topic: owner.topic, partition: owner.partition, offset };
}
