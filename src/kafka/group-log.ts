import type { Logger } from '@nestjs/common';
import type { GroupEvents } from '../core/pipeline/group.js';
import type { InFlightRecord } from '../core/records/in-flight.js';
import { describeError } from './describe-error.js';

/** Says what becomes of a group's records where something is wrong. It names positions, never payloads. */
export function groupLog(logger: Logger): GroupEvents {
  return {
    retrying: (record, error, delayMs) =>
      logger.warn(
        `${nameOf(record)} failed ${record.failures} times, is tried again in ${delayMs} ms: ${describeError(error)}`,
      ),
    failedAfterSettling: (record, error) =>
      logger.error(
        `${nameOf(record)}: the handler failed after it had committed; not tried again: ${describeError(error)}`,
      ),
    rewound: (from, to) =>
      logger.warn(
        `${from.topic}[${from.partition}]: goes on at offset ${to.offset} instead of ${from.offset}; the topic ` +
          "was created anew, its log cut, or the group's offset reset",
      ),
  };
}

function nameOf({ owner, offset }: InFlightRecord): string {
  return `${owner.topic}[${owner.partition}] at offset ${offset}`;
}
