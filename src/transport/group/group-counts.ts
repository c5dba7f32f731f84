import {
  FAILURE_OUTCOMES,
  type FailureEvent,
  type FailureOutcome,
  type GroupEvents,
} from '../../pipeline/index.js';
import type { FailureReason } from '../handlers/failures/failure-reason.js';

/** A count of zero for each key of a table. */
function zeroCounts<K extends string>(table: Readonly<Record<K, unknown>>): Record<K, number> {
  return Object.fromEntries(Object.keys(table).map((key) => [key, 0])) as Record<K, number>;
}

/** Counts of a topic's records that were not handled in a group, since the process started. */
export class FailureCounts {
  /** Failed calls that were followed by a retry. */
  retries = 0;
  /** Records whose handler failed after it had committed them itself. */
  failedAfterCommit = 0;
  /** How often the log did not have the offset to read from. */
  outOfRange = 0;
  /** Records that were not for the handler: replayed for another group, or receipts of replays. */
  passedOver = 0;
  /** Records that failed for good, by outcome. */
  readonly outcomes = zeroCounts(FAILURE_OUTCOMES);
  readonly deadLetters: Record<FailureReason, number> = {
    payload: 0,
    schema: 0,
    permanent: 0,
    timeout: 0,
    error: 0,
  };
}

/** Counts a group's failures, topic by topic. */
export class GroupCounts {
  readonly #topics = new Map<string, FailureCounts>();

  constructor(private readonly reasonOf: (topic: string, error: unknown) => FailureReason) {}

  /** A topic's counts; all zero before its first failure. */
  of(topic: string): FailureCounts {
    const counts = this.#topics.get(topic) ?? new FailureCounts();
    this.#topics.set(topic, counts);
    return counts;
  }

  /** Drops the counts of topics that do not exist any more. */
  forgetTopics(existing: ReadonlySet<string>): void {
    for (const topic of this.#topics.keys()) if (!existing.has(topic)) this.#topics.delete(topic);
  }

  /** Counts events and passes them on. */
  counting(events: GroupEvents): GroupEvents {
    return {
      ...events,
      failed: (event) => {
        this.#count(event);
        events.failed(event);
      },
      passedOver: (at, offset, why) => {
        this.of(at.topic).passedOver++;
        events.passedOver(at, offset, why);
      },
    };
  }

  #count(event: FailureEvent): void {
    switch (event.kind) {
      case 'retrying':
      case 'breaker open':
        this.of(event.record.owner.topic).retries++;
        break;
      case 'failed for good':
        this.#countOutcome(event.record.owner.topic, event.error, event.outcome);
        break;
      case 'failed after settling':
        this.of(event.record.owner.topic).failedAfterCommit++;
        break;
      default:
    }
  }

  #countOutcome(topic: string, error: unknown, outcome: FailureOutcome): void {
    const counts = this.of(topic);
    counts.outcomes[outcome]++;
    if (outcome === 'dead-letter') counts.deadLetters[this.reasonOf(topic, error)]++;
  }
}
