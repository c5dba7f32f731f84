import { randomBytes } from 'node:crypto';
import type { OpenKafka } from '../kafka/index.js';

/** The group of the demo: a new one in a Kafka that has been used, where another demo may run as well. */
export function groupFor(kafka: OpenKafka): string {
  if (!kafka.external) return 'demo';
  return process.env['KAFKA_GROUP_ID'] || `demo-${randomBytes(4).toString('hex')}`;
}

/** What the service is told. */
export function environmentFor(kafka: OpenKafka, group: string, port: number): NodeJS.ProcessEnv {
  // Settings for another Kafka, such as a login, would keep the service from this one.
  const inherited = Object.entries(process.env).filter(
    ([name]) => kafka.external || !name.startsWith('KAFKA_'),
  );
  return {
    ...Object.fromEntries(inherited),
    KAFKA_BROKERS: kafka.bootstrap,
    KAFKA_GROUP_ID: group,
    KAFKA_AUTO_OFFSET_RESET: 'earliest',
    KAFKA_AUTO_COMMIT_INTERVAL_MS: '1000',
    PORT: String(port),
    LOG_LEVEL: 'info',
    LOG_FORMAT: 'json',
  };
}
