import type {
  FailureOutcome,
  FailedRecord,
  FailurePolicy,
  Handler,
  ParkingStore,
  TopicPartition,
} from '../../../pipeline/index.js';
import {
  deadLetterTopicOf,
  headerNumber,
  HEADERS,
  type RetryRoute,
  retryTopicOf,
} from '../../../redelivery/index.js';
import type { ResolvedHandlerOptions } from '../options/handler-options.js';
import { passesOverIn } from './passed-over.js';
import { RecordTooLargeError } from '../../../client/index.js';

/** Writes failed records to dead-letter and retry topics; see `FailedRecordPublisher`. */
export interface FailedRecordRouter {
  deadLetter(failed: FailedRecord, groupId: string, topic?: string): Promise<void>;
  retryLater(failed: FailedRecord, groupId: string, route: RetryRoute): Promise<void>;
}

/** Creates parking stores; see `ParkingStores`. */
export interface ParkingOpener {
  open(at: TopicPartition, groupId: string): ParkingStore;
}

/** Where failed records are stored. */
export interface FailureServices {
  readonly failedRecords: FailedRecordRouter;
  readonly parking: ParkingOpener;
}

/** The topic that a handler reads. */
export interface HandledTopic {
  /** The handler's own topic, even if this is one of its retry topics. */
  readonly source: string;
  /** Set for a retry topic: the index of its delay in the handler's `delays`, and the delay. */
  readonly retry?: { readonly hop: number; readonly delayMs: number } | undefined;
  /** Whether a parking topic of an earlier `onFailure: 'park'` exists; it is read until it is deleted. */
  readonly hasLeftParking?: boolean;
}

type FailureRouting = Pick<
  Handler,
  'failures' | 'deadLetterLimit' | 'store' | 'parking' | 'passesOver' | 'delay'
>;

/** The failure handling of a handler, in its own topic or in one of its retry topics. */
export function failureRouting(
  { failures, groupId }: ResolvedHandlerOptions,
  { failedRecords, parking }: FailureServices,
  { source, retry, hasLeftParking = false }: HandledTopic,
): FailureRouting {
  const next = failures.delays[retry ? retry.hop + 1 : 0];
  const deadLetterTopic = failures.deadLetterTopic ?? deadLetterTopicOf(source);
  const deadLetter = async (failed: FailedRecord): Promise<'dead-letter'> => {
    await failedRecords.deadLetter(failed, groupId, deadLetterTopic);
    return 'dead-letter';
  };
  const orDeadLetter = async <A extends FailureOutcome>(
    how: A,
    failed: FailedRecord,
    stored: Promise<void>,
  ): Promise<A | 'dead-letter'> => {
    try {
      await stored;
      return how;
    } catch (error) {
      // It would be too large at every retry; a dead letter may be truncated.
      if (!(error instanceof RecordTooLargeError)) throw error;
      return deadLetter(failed);
    }
  };
  const store: Handler['store'] = (how, failed, parkingStore) => {
    switch (how) {
      case 'dead-letter':
        return deadLetter(failed);
      case 'park':
        if (!parkingStore) return deadLetter(failed);
        return orDeadLetter(how, failed, parkingStore.park(failed));
      case 'retry-topic': {
        if (!next) return deadLetter(failed);
        const topic = retryTopicOf(source, groupId, next.name);
        const route = { topic, delayMs: next.ms };
        return orDeadLetter(how, failed, failedRecords.retryLater(failed, groupId, route));
      }
    }
  };
  if (!retry) {
    const stores = { limit: failures.parkLimit, storeOf: (at: TopicPartition) => parking.open(at, groupId) };
    return {
      failures: failures.policy,
      deadLetterLimit: failures.deadLetterLimit,
      store,
      passesOver: passesOverIn(source, groupId),
      ...((failures.policy.onFailure === 'park' || hasLeftParking) && { parking: stores }),
    };
  }
  return {
    failures: inRetryTopic(failures.policy, next !== undefined),
    // These records have failed before, so their failures do not indicate a bad release.
    deadLetterLimit: undefined,
    store,
    delay: { dueAt: (record) => headerNumber(record, HEADERS.dueAt) ?? 0, maxMs: retry.delayMs },
  };
}

/** A retry topic is one attempt: a record that fails in it goes to the next one, or becomes a dead letter. */
function inRetryTopic({ retry }: FailurePolicy, hasNext: boolean): FailurePolicy {
  return { retry: { ...retry, attempts: 1 }, onFailure: hasNext ? 'retry-topic' : 'dead-letter' };
}
