import type { Logger } from '@nestjs/common';
import {
  type FailureOutcome,
  describeError,
  type GroupEvents,
  type InFlightRecord,
  type PassedOver,
} from '../../pipeline/index.js';
import { FailureLines, partitionOf } from './failure-lines.js';
import { earlierAttempts } from '../../redelivery/index.js';

const BECAME: Readonly<Record<FailureOutcome, string>> = {
  'dead-letter': 'is a dead letter now',
  'retry-topic': 'waits in a retry topic',
  park: 'is parked, as all later records of its key will be',
  skip: 'is skipped, as its handler asks for',
};

const PASSED_OVER: Readonly<Record<PassedOver, string>> = {
  'replayed for another group': 'it was replayed for another group, in whose handler it had failed',
  'replay receipt': 'it has no value of its own; it says which dead letter was replayed',
};

/**
 * Logs what happens to a group's records when something fails. It names positions, never payloads; repeated events of
 * a topic are summed up.
 *
 * @param handlerOf the handlers of a topic, for people
 */
export function groupLog(
  logger: Logger,
  handlerOf: (topic: string) => string | undefined,
  lines = new FailureLines(logger, handlerOf),
): GroupEvents {
  const write = lines.write.bind(lines);
  const ofRecord = lines.failed.bind(lines);
  return {
    retrying: (record, error, delayMs) =>
      ofRecord(
        'warn',
        'retries',
        record,
        error,
        `is tried again in ${delayMs} ms, after ${failedCalls(record)}`,
      ),
    awaitingDependency: (record, error, delayMs) =>
      ofRecord(
        'warn',
        'records that wait for what their handlers depend on',
        record,
        error,
        `waits for what its handler depends on, which uses up no attempt; it is tried again in ${delayMs} ms`,
      ),
    gaveUp: (record, error, how) =>
      ofRecord(
        'error',
        'records that were given up',
        record,
        error,
        `${BECAME[how]}, after ${failedCalls(record)}`,
      ),
    notStored: (record, error, how, delayMs) =>
      ofRecord(
        'error',
        'records that could not be put aside',
        record,
        error,
        `could not be put aside (${how}), which is tried again in ${delayMs} ms; nothing is committed past it`,
      ),
    breakerOpened: (record, error, reason, delayMs) =>
      ofRecord(
        'error',
        'records that the brake holds back',
        record,
        error,
        `is not given up, as ${reason}: its partition is paused, and it is tried again in ${delayMs} ms`,
      ),
    breakerClosed: (at) =>
      write('log', 'brakes let go', at, () => `${partitionOf(at)}: records pass again; it goes on`),
    parkingUnavailable: (at, error, delayMs) =>
      write(
        'error',
        'parking lots that do not answer',
        at,
        () =>
          `${partitionOf(at)}: what is parked can not be read or changed, which is tried again in ${delayMs} ms: ` +
          describeError(error),
      ),
    partitionStopped: (record, error) =>
      ofRecord(
        'error',
        'partitions stopped',
        record,
        error,
        'stops its partition, as its handler asks for; once its cause is fixed, restart the service',
      ),
    failedAfterSettling: (record, error) =>
      ofRecord(
        'error',
        'handlers that failed after their commit',
        record,
        error,
        'was committed by its handler, which failed after that; not tried again',
      ),
    passedOver: (at, offset, why) =>
      write(
        'log',
        'records that were passed over',
        at,
        () => `${partitionOf(at)} at offset ${offset} is passed over: ${PASSED_OVER[why]}`,
      ),
    dueTooLate: (at, offset, excessMs) =>
      write(
        'warn',
        'due times that are too far away',
        at,
        () =>
          `${partitionOf(at)} at offset ${offset} says that it is due ${excessMs} ms later than the delay of its ` +
          'topic allows; it is handled after that delay. Check the clock of the machine that wrote it',
      ),
    rewound: (from, to) =>
      write(
        'warn',
        'partitions sent back',
        from,
        () =>
          `${partitionOf(from)}: goes on at offset ${to.offset} instead of ${from.offset}; the topic was created ` +
          "anew, its log cut, or the group's offset reset",
      ),
  };
}

/** How often calls with the record have failed, including those in earlier retry topics. */
function failedCalls({ owner, record, failures }: InFlightRecord): string {
  const count = failures + earlierAttempts(owner, record);
  return count === 1 ? '1 failed call' : `${count} failed calls`;
}
