import { type Admin, type Kafka, Partitioners, type Producer } from 'kafkajs-pinned';
import { kafkaClient } from '../../tools/kafka/client.js';

interface Client {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
}

/** Bootstrap servers of the Kafka that the whole test run shares. */
export function brokers(): string {
  const bootstrap = process.env['TEST_KAFKA_BROKERS'];
  if (!bootstrap)
    throw new Error('TEST_KAFKA_BROKERS is not set: run the tests with `npm run test:integration`.');
  return bootstrap;
}

const admin = shared((kafka) => kafka.admin());
const producer = shared((kafka) =>
  kafka.producer({ allowAutoTopicCreation: false, createPartitioner: Partitioners.DefaultPartitioner }),
);

/** Runs `work` with a connected admin client. */
export const useAdmin: <T>(work: (client: Admin) => Promise<T>) => Promise<T> = admin.use;

/** Runs `work` with a connected producer. */
export const useProducer: <T>(work: (client: Producer) => Promise<T>) => Promise<T> = producer.use;

/** Closes the clients of this test file; Jest calls it after the file's tests by itself. */
export async function closeClients(): Promise<void> {
  await Promise.all([admin.close(), producer.close()]);
}

if (typeof afterAll === 'function') afterAll(closeClients);

/**
 * One client for the whole test file. After `close` each use gets its own client: the file's own `afterAll` may still
 * delete its topics, and no connection must stay open.
 */
function shared<C extends Client>(
  create: (kafka: Kafka) => C,
): { use: <T>(work: (client: C) => Promise<T>) => Promise<T>; close: () => Promise<void> } {
  let connected: Promise<C> | undefined;
  let closed = false;

  const connect = async (): Promise<C> => {
    const client = create(kafkaClient(brokers()));
    await client.connect();
    return client;
  };
  return {
    async use(work) {
      if (!closed) {
        connected ??= connect();
        return work(await connected);
      }
      const client = await connect();
      return work(client).finally(() => client.disconnect());
    },
    async close() {
      closed = true;
      const client = await connected?.catch(() => undefined);
      connected = undefined;
      await client?.disconnect();
    },
  };
}
