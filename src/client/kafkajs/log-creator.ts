import { Logger } from '@nestjs/common';
import kafkajs, { type logCreator } from 'kafkajs-pinned';
import { LineLimit } from '../../text/line-limit.js';

/**
 * Messages and errors that are expected. The service itself reports those that an operator needs to know: the end of
 * each rebalance, that the group has removed the member, and a record that is too large even when it is sent
 * compressed.
 */
const EXPECTED: ReadonlySet<unknown> = new Set([
  'The request included a message larger than the max message size the server will accept',
  'The group is rebalancing, re-joining',
  'The group is rebalancing, so a rejoin is needed',
  'The coordinator is not aware of this member, re-joining the group',
  'The coordinator is not aware of this member',
  // The answer to an abandoned request, such as the last fetch before a stop.
  'Response without match',
]);
/** The answer to a request for a topic that was just created or deleted. */
const UNKNOWN_TOPIC = 'This server does not host this topic-partition';

/** kafkajs repeats a line at every attempt: a hundred in ten seconds while a broker is unavailable. */
const linesOfKafkaJs = new LineLimit({ most: 1, windowMs: 60_000 });

/**
 * Passes kafkajs's log lines to Nest's logger. `info` becomes `debug`, since the service itself logs what an operator
 * needs to know. Of warnings and errors with the same cause, one line and one count are written per minute; all are
 * written at `debug`.
 */
export function nestLogCreator(limit = linesOfKafkaJs): logCreator {
  const logger = new Logger('KafkaJS');
  const { logLevel } = kafkajs;
  return () =>
    ({ level, log }) => {
      const { error, groupId, broker } = log;
      const message = textOf(log.message);
      const details = Object.entries({ error, groupId, broker })
        .filter(([, value]) => typeof value === 'string' && value !== '')
        .map(([name, value]) => `${name}=${String(value)}`)
        .join(' ');
      const line = details ? `${message} (${details})` : message;
      const isProblem = level === logLevel.ERROR || level === logLevel.WARN;
      const summarize = (count: number, windowMs: number): void =>
        logger.warn(`${line}: ${count} more times in ${windowMs / 1_000} s`);
      if (isProblem && !isExpected(message, error) && limit.admits(causeOf(line), summarize))
        logger.warn(line);
      else logger.debug(line);
    };
}

/** `BrokerPool.connectBroker` (`cluster/brokerPool.js`) logs an error in place of a text. */
function textOf(message: unknown): string {
  return message instanceof Error ? message.message : String(message);
}

function isExpected(message: string, error: unknown): boolean {
  if (EXPECTED.has(message) || EXPECTED.has(error)) return true;
  // The service itself names the topics that it waits for.
  return message.startsWith('Response Metadata') && error === UNKNOWN_TOPIC;
}

/** A line without the numbers that differ from one attempt to the next; the broker's address stays. */
function causeOf(line: string): string {
  return line.replaceAll(/\b\d+ ?ms\b/g, 'ms');
}
