import { Logger } from '@nestjs/common';
import kafkajs, { type logCreator } from 'kafkajs';

const TOO_LARGE = 'The request included a message larger than the max message size the server will accept';
/**
 * Of a rebalance, as messages and as errors of answers; the service itself says, once, how it ended. A record that is
 * too large is sent again compressed; the service says where that does not help.
 */
const QUIET: ReadonlySet<unknown> = new Set([
  TOO_LARGE,
  'The group is rebalancing, re-joining',
  'The group is rebalancing, so a rejoin is needed',
]);

/**
 * Hands kafkajs's log lines to Nest's logger. Its `info` tells of the client's inner life and becomes `debug`;
 * the service says itself what an operator needs to know.
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
      const isQuiet = QUIET.has(message) || QUIET.has(error);
      if (!isQuiet && (level === logLevel.ERROR || level === logLevel.WARN)) logger.warn(line);
      else logger.debug(line);
    };
}
