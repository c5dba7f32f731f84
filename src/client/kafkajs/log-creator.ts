import { Logger } from '@nestjs/common';
import kafkajs, { type logCreator } from 'kafkajs-pinned';

const TOO_LARGE = 'The request included a message larger than the max message size the server will accept';
/**
 * Messages and errors of rebalances and of records that are too large. They are expected: the service logs the end of each
 * rebalance itself, sends a record that is too large compressed, and reports it if that does not help.
 */
const EXPECTED: ReadonlySet<unknown> = new Set([
  TOO_LARGE,
  'The group is rebalancing, re-joining',
  'The group is rebalancing, so a rejoin is needed',
]);

/**
 * Passes kafkajs's log lines to Nest's logger. `info` becomes `debug`, since the service itself logs what an operator
 * needs to know.
 */
export function nestLogCreator(): logCreator {
  const logger = new Logger('KafkaJS');
  const { logLevel } = kafkajs;
  return () =>
    ({ level, log }) => {
      const { message, error, groupId, broker } = log;
      const details = Object.entries({ error, groupId, broker })
        .filter(([, value]) => typeof value === 'string' && value !== '')
        .map(([name, value]) => `${name}=${String(value)}`)
        .join(' ');
      const line = details ? `${message} (${details})` : message;
      const isExpected = EXPECTED.has(message) || EXPECTED.has(error);
      if (!isExpected && (level === logLevel.ERROR || level === logLevel.WARN)) logger.warn(line);
      else logger.debug(line);
    };
}
