import type { Logger } from '@nestjs/common';
import {
  describeError,
  FAILURE_OUTCOMES,
  type FailureEvent,
  type GroupEvents,
  type InFlightRecord,
  type PassedOver,
} from '../../pipeline/index.js';
import { FailureLines, partitionOf } from './failure-lines.js';
import { earlierAttempts } from '../../redelivery/index.js';

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
  return {
    failed: (event) => logFailure(lines, event),
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

function logFailure(lines: FailureLines, event: FailureEvent): void {
  switch (event.kind) {
    case 'retrying':
      return lines.failed(
        'warn',
        'retries',
        event.record,
        event.error,
        `is tried again in ${event.delayMs} ms, after ${failedCalls(event.record)}`,
      );
    case 'awaiting dependency':
      return lines.failed(
        'warn',
        'records that wait for what their handlers depend on',
        event.record,
        event.error,
        `waits for what its handler depends on, which uses up no attempt; it is tried again in ${event.delayMs} ms`,
      );
    case 'given up':
      return lines.failed(
        'error',
        'records that were given up',
        event.record,
        event.error,
        `${FAILURE_OUTCOMES[event.outcome]}, after ${failedCalls(event.record)}`,
      );
    case 'not stored':
      return lines.failed(
        'error',
        'records that could not be put aside',
        event.record,
        event.error,
        `could not be put aside (${event.destination}), which is tried again in ${event.delayMs} ms; nothing is ` +
          'committed past it',
      );
    case 'breaker open':
      return lines.failed(
        'error',
        'records that the open circuit breaker holds back',
        event.record,
        event.error,
        `is not given up, as ${event.reason}: its partition is paused, and it is tried again in ${event.delayMs} ms`,
      );
    case 'breaker closed':
      return lines.write(
        'log',
        'circuit breakers that closed',
        event.at,
        () => `${partitionOf(event.at)}: records pass again; it goes on`,
      );
    case 'parking unavailable':
      return lines.write(
        'error',
        'parking topics that do not answer',
        event.at,
        () =>
          `${partitionOf(event.at)}: what is parked can not be read or changed, which is tried again in ` +
          `${event.delayMs} ms: ${describeError(event.error)}`,
      );
    case 'stopped':
      return lines.failed(
        'error',
        'partitions stopped',
        event.record,
        event.error,
        'stops its partition, as its handler asks for; once its cause is fixed, restart the service',
      );
    case 'failed after settling':
      return lines.failed(
        'error',
        'handlers that failed after their commit',
        event.record,
        event.error,
        'was committed by its handler, which failed after that; not tried again',
      );
  }
}

/** How often calls with the record have failed, including those in earlier retry topics. */
function failedCalls({ owner, record, failures }: InFlightRecord): string {
  const count = failures + earlierAttempts(owner, record);
  return count === 1 ? '1 failed call' : `${count} failed calls`;
}
