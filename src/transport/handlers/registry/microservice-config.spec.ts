import 'reflect-metadata';
import { expect, test } from '@jest/globals';
import { Controller, Global, Module, type NestHybridApplicationOptions, Scope } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { loadConfig, SERVICE_CONFIG } from '../../../config/index.js';
import { KafkaHandler } from '../kafka-handler.decorator.js';
import { KafkaModule } from '../../kafka.module.js';
import { KafkaStrategy } from '../../kafka.strategy.js';
import { MicroserviceConfigError } from './microservice-config.js';

let handled = 0;

@Controller()
class Orders {
  @KafkaHandler('t')
  on(@Payload() _payload: unknown): void {
    handled++;
  }
}

@Controller({ scope: Scope.REQUEST })
class Scoped {
  @KafkaHandler('u')
  on(@Payload() _payload: unknown): void {
    handled++;
  }
}

const config = loadConfig({ KAFKA_BROKERS: '127.0.0.1:1', KAFKA_GROUP_ID: 'g' });

@Global()
@Module({ providers: [{ provide: SERVICE_CONFIG, useValue: config }], exports: [SERVICE_CONFIG] })
class ConfigModule {}

/** An application whose Kafka microservice is connected like that. */
async function connected(options?: NestHybridApplicationOptions) {
  const module = await Test.createTestingModule({
    imports: [ConfigModule, KafkaModule],
    controllers: [Scoped, Orders],
  }).compile();
  const app = module.createNestApplication({ logger: false });
  const microservice = app.connectMicroservice({ strategy: app.get(KafkaStrategy) }, options);
  return { app, microservice };
}

test('a microservice with guards of its own is rejected, since direct calls would bypass them', async () => {
  await expect(connected()).rejects.toThrow(MicroserviceConfigError);
  await expect(connected({ inheritAppConfig: false })).rejects.toThrow('inheritAppConfig: true');
});

test('a microservice with guards of its own is rejected even if it is connected later', async () => {
  const { app, microservice } = await connected({ deferInitialization: true });
  microservice.useGlobalGuards({ canActivate: () => false });
  await expect(app.startAllMicroservices()).rejects.toThrow(MicroserviceConfigError);
  expect(handled).toBe(0);
});

test('a microservice that inherits the configuration of its application is accepted', async () => {
  const { app } = await connected({ inheritAppConfig: true });
  expect([...app.get(KafkaStrategy).getHandlers().keys()]).toEqual(['u', 't']);
  await app.close();
});

test('a handler is not called if a guard of its application denies it', async () => {
  const { app, microservice } = await connected({ inheritAppConfig: true, deferInitialization: true });
  microservice.useGlobalGuards({ canActivate: () => false });
  await microservice.init();
  await Promise.resolve(app.get(KafkaStrategy).getHandlerByPattern('t')?.('x')).catch(() => undefined);
  expect(handled).toBe(0);
  await app.close();
});
