import { Logger } from '@nestjs/common';
import kafkajs, { type logCreator } from 'kafkajs';

/** Said by the service itself, in its own words. */
const QUIET = new Set(['The group is rebalancing, re-joining']);

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
      if (level === logLevel.ERROR) logger.warn(line);
      else if (level === logLevel.WARN && !QUIET.has(message)) logger.warn(line);
      else logger.debug(line);
    };
}
