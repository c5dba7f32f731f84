import 'reflect-metadata';
import { afterEach, expect, test } from '@jest/globals';
import {
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  Injectable,
  Module,
} from '@nestjs/common';
import type { INestApplication, OnModuleDestroy, Type } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { isObservable, lastValueFrom } from 'rxjs';
import { connectKafka, type ConnectKafkaOptions } from './connect-kafka.js';
import { KafkaHandler } from './handlers/kafka-handler.decorator.js';
import { MicroserviceConfigError } from './handlers/registry/microservice-config.js';
import { KafkaModule } from './kafka.module.js';
import { KafkaRuntime } from './kafka-runtime.js';
import { KafkaStrategy } from './kafka.strategy.js';

const options = { brokers: ['127.0.0.1:1'], clientId: 'c', groupId: 'g' };
const denies: CanActivate = { canActivate: () => false };
let handled: unknown[] = [];
let app: INestApplication | undefined;

@Controller()
class Orders {
  @KafkaHandler('orders')
  onOrder(@Payload() order: unknown): void {
    handled.push(order);
    if (order === 'bad') throw new RangeError('bad order');
  }
}

afterEach(async () => {
  await app?.close();
  app = undefined;
  handled = [];
});

/** An application with the transport, not yet connected. */
async function created(imports: Type[] = []): Promise<INestApplication> {
  const testing = await Test.createTestingModule({
    imports: [KafkaModule.forRoot(options), ...imports],
    controllers: [Orders],
  }).compile();
  app = testing.createNestApplication({ logger: false });
  return app;
}

/** Calls the handler through Nest's pipeline, as the transport does for handlers that it cannot call directly. */
async function deliver(host: INestApplication, payload: unknown): Promise<unknown> {
  const result: unknown = await host.get(KafkaStrategy).getHandlerByPattern('orders')?.(payload, {});
  return isObservable(result) ? lastValueFrom(result, { defaultValue: undefined }) : result;
}

async function connected(connect: ConnectKafkaOptions, prepare?: (host: INestApplication) => void) {
  const host = await created();
  prepare?.(host);
  connectKafka(host, connect);
  return host;
}

test('a guard of the application does not apply to Kafka handlers', async () => {
  const host = await connected({}, (each) => each.useGlobalGuards(denies));
  await deliver(host, 'a');
  expect(handled).toEqual(['a']);
});

test('a guard of the application applies to Kafka handlers that inherit its configuration', async () => {
  const host = await connected({ inheritAppConfig: true }, (each) => each.useGlobalGuards(denies));
  await expect(deliver(host, 'a')).rejects.toThrow('Forbidden resource');
  expect(handled).toEqual([]);
});

test('a guard that is configured for Kafka applies to Kafka handlers', async () => {
  const host = await connected({ configure: (kafka) => kafka.useGlobalGuards(denies) });
  await expect(deliver(host, 'a')).rejects.toThrow('Forbidden resource');
});

test('the pass-through filter is not added to the filters of the application', async () => {
  const host = await connected({ inheritAppConfig: true });
  await expect(deliver(host, 'bad')).rejects.toThrow(RangeError);
  expect(host.get(KafkaStrategy).container.applicationConfig?.getGlobalFilters()).toEqual([]);
});

test('a filter of the application applies to HTTP only', async () => {
  @Catch()
  class HttpFilter implements ExceptionFilter {
    catch(): void {
      handled.push('caught');
    }
  }
  const host = await connected({}, (each) => each.useGlobalFilters(new HttpFilter()));
  await expect(deliver(host, 'bad')).rejects.toThrow(RangeError);
  expect(handled).toEqual(['bad']);
});

test('connectMicroservice instead of connectKafka is rejected, and the error names connectKafka', async () => {
  const host = await created();
  const connect = (): unknown => host.connectMicroservice({ strategy: host.get(KafkaStrategy) });
  expect(connect).toThrow(MicroserviceConfigError);
  expect(connect).toThrow('connectKafka(app)');
});

test('a second connectKafka for the same application is rejected', async () => {
  const host = await connected({});
  expect(() => connectKafka(host)).toThrow('connectKafka was called twice for one application: call it once');
});

test('an application without HTTP consumes from listen() on, and drains when it is closed', async () => {
  const worker = await Test.createTestingModule({
    imports: [KafkaModule.forRoot(options)],
    controllers: [Orders],
  }).compile();
  await worker.init();
  const kafka = connectKafka(worker);
  const runtime = worker.get(KafkaRuntime);
  expect(runtime.groups).toEqual([]);
  await kafka.listen();
  expect(runtime.groups.map(({ status }) => status.groupId)).toEqual(['g']);
  await worker.close();
  expect(runtime.groups.map(({ status }) => status.phase)).toEqual(['stopped']);
});

test('the transport drains before a feature module is destroyed', async () => {
  const order: string[] = [];
  @Injectable()
  class Service implements OnModuleDestroy {
    onModuleDestroy = (): void => void order.push('feature destroyed');
  }
  @Module({ providers: [Service] })
  class FeatureModule {}
  const host = await created([FeatureModule]);
  connectKafka(host);
  await host.init();
  const runtime = host.get(KafkaRuntime);
  runtime.stopping.addEventListener('abort', () => order.push('drain begun'));
  await host.close();
  expect(order).toEqual(['drain begun', 'feature destroyed']);
});
