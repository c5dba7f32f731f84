import type { Logger } from '@nestjs/common';
import type { GroupEvents } from '../core/pipeline/group.js';
import type { Aside } from '../core/pipeline/handler.js';
import type { InFlightRecord } from '../core/records/in-flight.js';
import { describeError } from './describe-error.js';

const BECAME: Readonly<Record<Aside, string>> = {
  'dead-letter': 'is a dead letter now',
  'retry-topic': 'waits in a retry topic',
  park: 'is parked, as all later records of its key will be',
  skip: 'is skipped, as its handler asks for',
};

/** Says what becomes of a group's records where something is wrong. It names positions, never payloads. */
export function groupLog(logger: Logger): GroupEvents {
  return {
    retrying: (record, error, delayMs) =>
      logger.warn(
        `${nameOf(record)} failed ${record.failures} times, is tried again in ${delayMs} ms: ${describeError(error)}`,
      ),
    gaveUp: (record, error, how) =>
      logger.error(
        `${nameOf(record)} ${BECAME[how]}, after ${record.failures} tries: ${describeError(error)}`,
      ),
    notStored: (record, error, how, delayMs) =>
      logger.error(
        `${nameOf(record)} could not be put aside (${how}), which is tried again in ${delayMs} ms; nothing is ` +
          `committed past it: ${describeError(error)}`,
      ),
    braked: (record, error, reason, delayMs) =>
      logger.error(
        `${nameOf(record)} is not given up, as ${reason}: its partition is paused, and it is tried again in ` +
          `${delayMs} ms: ${describeError(error)}`,
      ),
    unbraked: ({ topic, partition }) => logger.log(`${topic}[${partition}]: records pass again; it goes on`),
    lotUnavailable: ({ topic, partition }, error, delayMs) =>
      logger.error(
        `${topic}[${partition}]: what is parked can not be read or changed, which is tried again in ${delayMs} ms: ` +
          describeError(error),
      ),
    halted: (record, error) =>
      logger.error(
        `${nameOf(record)} stops its partition, as its handler asks for; once its cause is mended, restart the ` +
          `service: ${describeError(error)}`,
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
