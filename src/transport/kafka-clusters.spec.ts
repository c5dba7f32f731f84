import 'reflect-metadata';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import {
  Controller,
  type DynamicModule,
  type INestApplication,
  Logger,
  Module,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { connectKafka } from './connect-kafka.js';
import { KafkaHandler } from './handlers/kafka-handler.decorator.js';
import { KafkaClusters } from './kafka-clusters.js';
import { KafkaModule, type KafkaRootOptions } from './kafka.module.js';

let handled: unknown[] = [];
let app: INestApplication | undefined;

@Controller()
class Orders {
  @KafkaHandler('orders')
  onOrder(@Payload() order: unknown): void {
    handled.push(['orders', order]);
  }
}

@Controller()
class Audit {
  @KafkaHandler('orders', { cluster: 'audit' })
  onOrder(@Payload() order: unknown): void {
    handled.push(['audit', order]);
  }
}

@Controller()
class Lost {
  @KafkaHandler('orders', { cluster: 'adit' })
  onOrder(): void {}
}

const connection = { brokers: ['127.0.0.1:1'], clientId: 'c', groupId: 'g' };
const cluster = (options: Partial<KafkaRootOptions> = {}): DynamicModule =>
  KafkaModule.forRoot({ ...connection, ...options });

/** An application with these modules, not yet connected. */
async function created(imports: (DynamicModule | Type)[], controllers: Type[]): Promise<INestApplication> {
  const testing = await Test.createTestingModule({ imports, controllers }).compile();
  app = testing.createNestApplication({ logger: false });
  return app;
}

const bothClusters = (): DynamicModule[] => [cluster({ name: 'audit', groupId: 'auditors' }), cluster()];

afterEach(async () => {
  await app?.close();
  app = undefined;
  handled = [];
});

describe('several Kafka clusters in one application', () => {
  test('a handler belongs to the cluster that it names, or to the one without a name', async () => {
    const host = await created(bothClusters(), [Orders, Audit]);
    connectKafka(host);
    const [main, audit] = host.get(KafkaClusters).all;
    await main?.strategy.getHandlerByPattern('orders')?.('a', {});
    await audit?.strategy.getHandlerByPattern('orders')?.('b', {});
    expect(handled).toEqual([
      ['orders', 'a'],
      ['audit', 'b'],
    ]);
  });

  test('each cluster consumes with the groups of its own handlers', async () => {
    const host = await created(bothClusters(), [Orders, Audit]);
    connectKafka(host);
    await host.startAllMicroservices();
    const groups = host.get(KafkaClusters).groups.map((group) => group.snapshot());
    expect(groups.map(({ cluster: name, groupId }) => [name, groupId])).toEqual([
      [undefined, 'g'],
      ['audit', 'auditors'],
    ]);
  });

  test('clusters are told apart by their names if Nest identifies modules by their metadata', async () => {
    @Module({ imports: [cluster(), cluster({ name: 'a' }), cluster({ name: 'b' })] })
    class AppModule {}
    const host = await NestFactory.createApplicationContext(AppModule, {
      logger: false,
      moduleIdGeneratorAlgorithm: 'deep-hash',
    });
    expect(host.get(KafkaClusters).all.map(({ config }) => config.name)).toEqual([undefined, 'a', 'b']);
    await host.close();
  });

  test('a second KafkaModule.forRoot without a name is rejected', async () => {
    await expect(created([cluster(), cluster({ groupId: 'h' })], [Orders])).rejects.toMatchObject({
      code: 'KAFKA_MODULE',
      message: expect.stringContaining("give it a name: KafkaModule.forRoot({ name: 'audit', ... })"),
    });
  });

  test('two clusters with the same name are rejected', async () => {
    await expect(created([cluster(), ...[1, 2].map(() => cluster({ name: 'a' }))], [])).rejects.toThrow(
      'imported twice with the name a',
    );
  });

  test('clusters that all have a name are rejected when they are connected', async () => {
    const host = await created([cluster({ name: 'audit' })], [Audit]);
    expect(() => connectKafka(host)).toThrow('every KafkaModule.forRoot has a name');
  });

  test('a handler of a cluster that does not exist is rejected, and the error names both', async () => {
    const host = await created(bothClusters(), [Lost]);
    expect(() => connectKafka(host)).toThrow(
      'Lost.onOrder is a handler of the cluster adit, but no KafkaModule.forRoot has that name; there is audit',
    );
  });

  test('a cluster without a handler does not start, and the error says how a handler names it', async () => {
    const host = await created(bothClusters(), [Orders]);
    connectKafka(host);
    await expect(host.startAllMicroservices()).rejects.toMatchObject({
      code: 'NO_HANDLER',
      message: expect.stringContaining("{ cluster: 'audit' }"),
    });
  });

  test('configure is called for each cluster', async () => {
    const names: unknown[] = [];
    const host = await created(bothClusters(), [Orders, Audit]);
    connectKafka(host, { configure: (_, name) => names.push(name) });
    expect(names).toEqual([undefined, 'audit']);
  });
});

describe('an application that starts without consuming', () => {
  /** What is logged in the first ten seconds. */
  async function warnings(start: (host: INestApplication) => Promise<void> | void): Promise<unknown[]> {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
    try {
      const host = await created([cluster()], [Orders]);
      await start(host);
      await host.init();
      jest.advanceTimersByTime(10_000);
      return warn.mock.calls.map(([message]) => message);
    } finally {
      warn.mockRestore();
      jest.useRealTimers();
    }
  }

  test('a missing connectKafka is warned of', async () => {
    expect(await warnings(() => undefined)).toEqual(['no topic is read: connectKafka(app) was not called']);
  });

  test('a missing startAllMicroservices is warned of', async () => {
    expect(await warnings((host) => void connectKafka(host))).toEqual([
      'no topic is read: await app.startAllMicroservices() was not called',
    ]);
  });
});

describe('an application without a usable KafkaModule', () => {
  test('imports: [KafkaModule] is rejected, and the error names the importing module', async () => {
    @Module({ imports: [KafkaModule] })
    class FeatureModule {}
    for (const imports of [[FeatureModule], [cluster(), FeatureModule]]) {
      await expect(created(imports, [])).rejects.toMatchObject({
        code: 'KAFKA_MODULE',
        message: expect.stringContaining('FeatureModule imports KafkaModule without options'),
      });
    }
  });

  test('connectKafka without KafkaModule says what to import', async () => {
    const host = await created([], []);
    expect(() => connectKafka(host)).toThrow('add KafkaModule.forRoot(options) to the imports');
  });
});
