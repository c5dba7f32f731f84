import { randomBytes } from 'node:crypto';
import type { OpenKafka } from '../kafka/index.js';

/** The group of the demo: a new one in an existing Kafka, where another demo may run at the same time. */
export function groupFor(kafka: OpenKafka): string {
  if (!kafka.external) return 'demo';
  return process.env['KAFKA_GROUP_ID'] || `demo-${randomBytes(4).toString('hex')}`;
}

/** The environment of the service. */
export function environmentFor(kafka: OpenKafka, group: string, port: number): NodeJS.ProcessEnv {
  // Remove settings for another Kafka, such as credentials, which would prevent a connection to this one.
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
