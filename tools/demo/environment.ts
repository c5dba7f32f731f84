import { randomBytes } from 'node:crypto';
import type { OpenKafka } from '../kafka/index.js';

/** How long Kafka waits for a worker that was killed: the least that brokers accept by default. */
export const SESSION_MS = 6_000;

/** Names that only one run of the demo uses: an existing Kafka may have another one at the same time. */
export interface DemoNames {
  readonly topic: string;
  readonly group: string;
}

/** Chooses the names of a run. */
export function namesFor({ external }: Pick<OpenKafka, 'external'>): DemoNames {
  const prefix = external ? `demo-${randomBytes(3).toString('hex')}` : 'demo';
  return { topic: `${prefix}.transfers`, group: prefix };
}

/** The environment of a worker. */
export function environmentFor(
  kafka: OpenKafka,
  { topic, group }: DemoNames,
  clientId: string,
): NodeJS.ProcessEnv {
  // Remove settings for another Kafka, such as credentials, which would prevent a connection to this one.
  const inherited = Object.entries(process.env).filter(
    ([name]) => kafka.external || !name.startsWith('KAFKA_'),
  );
  return {
    ...Object.fromEntries(inherited),
    DEMO_TOPIC: topic,
    KAFKA_BROKERS: kafka.bootstrap,
    KAFKA_CLIENT_ID: clientId,
    KAFKA_GROUP_ID: group,
    KAFKA_AUTO_OFFSET_RESET: 'earliest',
    KAFKA_AUTO_COMMIT_INTERVAL_MS: '500',
    KAFKA_SESSION_TIMEOUT_MS: String(SESSION_MS),
    KAFKA_HEARTBEAT_INTERVAL_MS: '1000',
    PORT: '0',
    LOG_LEVEL: 'info',
    LOG_FORMAT: 'json',
  };
}
