import 'reflect-metadata';
import { Global, type INestApplication, Module, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { loadConfig, optionsOf, SERVICE_CONFIG } from '../../src/config/index.js';
import { HealthModule } from '../../src/health/index.js';
import { HardenedExpressAdapter } from '../../src/http/index.js';
import { connectKafka, KafkaModule, KafkaRuntime } from '../../src/transport/index.js';
import { OffsetsModule } from '../../src/offsets/index.js';
import { MetricsModule } from '../../src/telemetry/metrics/index.js';
import { brokers } from './kafka.js';

/** A service with a test's controllers, in this process, with the real transport and a real broker. */
export interface RunningService {
  readonly app: INestApplication;
  readonly runtime: KafkaRuntime;
  /** Base URL of its health endpoints. */
  readonly url: string;
  /** Resolves once every group has joined and knows its start offsets. */
  joined(): Promise<void>;
  /** Stops like SIGTERM; safe to call twice. */
  stop(deadlineMs?: number): Promise<boolean>;
}

/** Starts it. `env` adds environment variables to the broker, a free port and short intervals. */
export async function startService(
  metadata: Pick<ModuleMetadata, 'controllers' | 'providers' | 'imports'>,
  env: Readonly<Record<string, string>>,
  prepare: (app: INestApplication) => void = () => undefined,
): Promise<RunningService> {
  const config = loadConfig({
    KAFKA_BROKERS: brokers(),
    KAFKA_FETCH_MAX_WAIT_MS: '100',
    KAFKA_AUTO_COMMIT_INTERVAL_MS: '200',
    PORT: '0',
    ...env,
  });

  @Global()
  @Module({ providers: [{ provide: SERVICE_CONFIG, useValue: config }], exports: [SERVICE_CONFIG] })
  class TestConfigModule {}

  @Module({
    ...metadata,
    imports: [
      TestConfigModule,
      KafkaModule.forRoot(optionsOf(config)),
      HealthModule,
      MetricsModule,
      OffsetsModule,
      ...(metadata.imports ?? []),
    ],
  })
  class TestModule {}

  const app = await NestFactory.create(TestModule, new HardenedExpressAdapter(), {
    logger: false,
    abortOnError: false,
  });
  prepare(app);
  connectKafka(app, { inheritAppConfig: true });
  await app.listen(0, '127.0.0.1');
  await app.startAllMicroservices();
  const runtime = app.get(KafkaRuntime);
  return {
    app,
    runtime,
    url: await app.getUrl(),
    joined: async () => {
      const isJoined = (): boolean => runtime.groups.every(({ status }) => status.phase === 'running');
      const deadline = Date.now() + 30_000;
      while (!isJoined()) {
        if (Date.now() > deadline) throw new Error('the service has not joined within 30 s');
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    stop: async (deadlineMs = 10_000) => {
      const drained = await runtime.stop(deadlineMs);
      await app.close();
      return drained;
    },
  };
}
