import 'reflect-metadata';
import { jest } from '@jest/globals';
import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type KafkaOptions, Transport } from '@nestjs/microservices';
import { brokers, isCaughtUp, uniqueName, waitFor, withTestAdmin } from '../support/kafka.js';
import { startService } from '../support/service.js';

jest.setTimeout(30_000);

/** The part of a module that a contract test writes. */
export type Controllers = Pick<ModuleMetadata, 'controllers' | 'providers' | 'imports'>;

/** Options of a contract test for a transport. */
export interface ContractOptions {
  /** Created before the service starts, with one partition each. */
  readonly topics: readonly string[];
  /** Default: a unique group. */
  readonly groupId?: string;
  /** Who commits; default: the transport. */
  readonly commit?: 'auto' | 'manual';
  /** Runs before the transport is connected, for example for `useGlobal...`. */
  readonly prepare?: (app: INestApplication) => void;
  /** Retry options of Nest's own transport, if its 5 attempts would take too long. */
  readonly stockRetry?: { readonly retries: number; readonly initialRetryTime: number };
}

/** Controllers that run on a transport. */
export interface ContractService {
  readonly app: INestApplication;
  readonly groupId: string;
  /** Resolves once everything in the topic is committed. */
  settled(topic: string): Promise<void>;
  stop(): Promise<void>;
}

/** A way for a controller to get its records. */
export interface ContractTransport {
  readonly name: string;
  start(controllers: Controllers, options: ContractOptions): Promise<ContractService>;
}

/** Nest's own Kafka transport. */
export const stock: ContractTransport = {
  name: "Nest's transport",
  async start(controllers, options) {
    const { groupId = uniqueName('contract'), commit = 'auto', prepare, stockRetry } = options;
    await createTopics(options.topics);

    @Module(controllers)
    class StockModule {}

    const app = await NestFactory.create(StockModule, { logger: false, abortOnError: false });
    prepare?.(app);
    app.connectMicroservice<KafkaOptions>(
      {
        transport: Transport.KAFKA,
        options: {
          postfixId: '',
          client: { brokers: brokers().split(',') },
          consumer: {
            groupId,
            maxWaitTimeInMs: 100,
            allowAutoTopicCreation: false,
            ...(stockRetry && { retry: stockRetry }),
          },
          subscribe: { fromBeginning: true },
          run: { autoCommit: commit === 'auto' },
        },
      },
      { inheritAppConfig: true },
    );
    await app.listen(0, '127.0.0.1');
    try {
      await app.startAllMicroservices();
    } catch (error) {
      await app.close();
      throw error;
    }
    return contractService(app, groupId, () => app.close());
  },
};

/** This project's transport. */
export const ours: ContractTransport = {
  name: 'KafkaStrategy',
  async start(controllers, options) {
    const { groupId = uniqueName('contract'), commit = 'auto', prepare } = options;
    await createTopics(options.topics);
    const env = { KAFKA_GROUP_ID: groupId, KAFKA_ENABLE_AUTO_COMMIT: String(commit === 'auto') };
    const service = await startService(controllers, env, prepare);
    await service.joined();
    return contractService(service.app, groupId, async () => void (await service.stop()));
  },
};

/** The two transports that must behave alike. */
export const transports = [stock, ours] as const;

function contractService(app: INestApplication, groupId: string, stop: () => Promise<void>): ContractService {
  return {
    app,
    groupId,
    settled: async (topic) => {
      await waitFor(() => isCaughtUp(groupId, topic), { what: `the commit of all of ${topic}` });
    },
    stop,
  };
}

/** Creates missing topics and waits until each partition has a leader. */
export async function createTopics(topics: readonly string[]): Promise<void> {
  await withTestAdmin((admin) =>
    admin.createTopics({
      waitForLeaders: false,
      topics: topics.map((topic) => ({ topic, numPartitions: 1 })),
    }),
  );
  const hasLeaders = async (): Promise<boolean> => {
    const metadata = await withTestAdmin((admin) => admin.fetchTopicMetadata({ topics: [...topics] }));
    return metadata.topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0));
  };
  await waitFor(hasLeaders, { what: `leaders of ${topics.join(', ')}` });
}
