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
  'replayed for another group': 'it was replayed for another group, whose handler had failed',
  'replay receipt': 'it is the receipt of a replayed dead letter',
};

/**
 * Logs what happens to a group's records when something fails. It names positions, never payloads, and summarizes
 * repeated events of a topic.
 *
 * @param handlerOf the handlers of a topic, for messages
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
        'records whose due time is too late',
        at,
        () =>
          `${partitionOf(at)} at offset ${offset} says that it is due ${excessMs} ms later than the delay of its ` +
          'topic allows; it is handled after that delay. Check the clock of the machine that wrote it',
      ),
    rewound: (from, to) =>
      write(
        'warn',
        'partitions that were rewound',
        from,
        () =>
          `${partitionOf(from)}: continues at offset ${to.offset} instead of ${from.offset}; the topic was recreated, ` +
          "its log truncated, or the group's offset reset",
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
        `is retried in ${event.delayMs} ms, after ${failedCalls(event.record)}`,
      );
    case 'awaiting dependency':
      return lines.failed(
        'warn',
        'records that wait for a dependency of their handler',
        event.record,
        event.error,
        `waits for a dependency of its handler, without using up an attempt; it is retried in ${event.delayMs} ms`,
      );
    case 'failed for good':
      return lines.failed(
        'error',
        `failed records (${event.outcome})`,
        event.record,
        event.error,
        `${FAILURE_OUTCOMES[event.outcome]}, after ${failedCalls(event.record)}`,
      );
    case 'not stored':
      return lines.failed(
        'error',
        'failed records that could not be stored',
        event.record,
        event.error,
        `could not be stored (${event.destination}); this is retried in ${event.delayMs} ms, and nothing is ` +
          'committed past the record',
      );
    case 'breaker open':
      return lines.failed(
        'error',
        'records that the open circuit breaker holds back',
        event.record,
        event.error,
        `is kept, as ${event.reason}: its partition is paused, and it is retried in ${event.delayMs} ms`,
      );
    case 'breaker closed':
      return lines.write(
        'log',
        'circuit breakers that closed',
        event.at,
        () => `${partitionOf(event.at)}: the circuit breaker is closed; the partition continues`,
      );
    case 'parking unavailable':
      return lines.write(
        'error',
        'parking topics that do not answer',
        event.at,
        () =>
          `${partitionOf(event.at)}: the parking topic cannot be read or written; this is retried in ` +
          `${event.delayMs} ms: ${describeError(event.error)}`,
      );
    case 'stopped':
      return lines.failed(
        'error',
        'partitions stopped',
        event.record,
        event.error,
        'stops its partition, as its onFailure option says; once its cause is fixed, restart the service',
      );
    case 'failed after settling':
      return lines.failed(
        'error',
        'handlers that failed after their commit',
        event.record,
        event.error,
        'was committed by its handler, which failed after that; not retried',
      );
  }
}

/** How often calls with the record have failed, including those in earlier retry topics. */
function failedCalls({ owner, record, failures }: InFlightRecord): string {
  const count = failures + earlierAttempts(owner, record);
  return count === 1 ? '1 failed call' : `${count} failed calls`;
}
