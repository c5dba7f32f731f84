import { existsSync } from 'node:fs';

const built = new URL('../../dist/tools/kafka/index.js', import.meta.url);

/** Starts one Kafka for the whole run, or uses that of KAFKA_BROKERS; Jest's workers inherit its address. */
export default async function globalSetup() {
  if (!existsSync(built)) throw new Error('dist is missing: run the tests with `npm run test:integration`.');
  const { openKafka } = await import(built.href);
  const kafka = await openKafka();
  process.env.TEST_KAFKA_BROKERS = kafka.bootstrap;
  globalThis.testKafka = kafka;
}
