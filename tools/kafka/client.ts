import { type Admin, Kafka, logLevel } from 'kafkajs-pinned';

/** Splits a list of brokers such as that of KAFKA_BROKERS. */
export function brokerList(bootstrap: string): string[] {
  return bootstrap
    .split(',')
    .map((broker) => broker.trim())
    .filter((broker) => broker !== '');
}

/** A silent kafkajs client of a broker without TLS and SASL: the caller reports errors. */
export function kafkaClient(bootstrap: string, retries = 5): Kafka {
  return new Kafka({
    clientId: 'tools',
    brokers: brokerList(bootstrap),
    logLevel: logLevel.NOTHING,
    connectionTimeout: 3_000,
    requestTimeout: 15_000,
    retry: { retries, initialRetryTime: 100, maxRetryTime: 2_000 },
  });
}

/** Runs `work` with a connected admin client and closes it. */
export async function withAdmin<T>(kafka: Kafka, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
