import type { INestApplication, INestMicroservice } from '@nestjs/common';
import { ApplicationConfig, GraphInspector } from '@nestjs/core';
import { NestMicroservice } from '@nestjs/microservices';
import { PassThroughFilter } from './handlers/pass-through.filter.js';
import { KafkaStrategy } from './kafka.strategy.js';

/** How {@link connectKafka} connects the transport. */
export interface ConnectKafkaOptions {
  /**
   * Whether the global guards, pipes, interceptors and filters of the application apply to Kafka handlers too.
   * Default false: a guard that is written for HTTP would deny every record.
   */
  readonly inheritAppConfig?: boolean;
  /** Sets global guards, pipes, interceptors and filters that apply only to Kafka handlers. */
  readonly configure?: (kafka: INestMicroservice) => void;
}

/**
 * Connects the Kafka transport to an application. Records are consumed from `app.startAllMicroservices()` on.
 *
 * @example
 * const app = await NestFactory.create(AppModule);
 * connectKafka(app, { configure: (kafka) => kafka.useGlobalPipes(new ValidationPipe()) });
 * await app.listen(3000);
 * await app.startAllMicroservices();
 */
export function connectKafka(app: INestApplication, options: ConnectKafkaOptions = {}): INestMicroservice {
  const strategy = app.get(KafkaStrategy);
  const microservice = app.connectMicroservice({ strategy }, { deferInitialization: true });
  if (!(microservice instanceof NestMicroservice)) {
    throw new TypeError('the application was created with another copy of @nestjs/microservices');
  }
  configure(microservice, strategy, options);
  // Like Nest's connectMicroservice without deferInitialization: the application runs the lifecycle hooks itself.
  microservice.registerListeners();
  microservice.setIsInitialized(true);
  microservice.setIsInitHookCalled(true);
  return microservice;
}

/**
 * Creates a microservice for the modules of a test, without an application.
 * @internal
 */
export function testMicroservice(
  strategy: KafkaStrategy,
  options: ConnectKafkaOptions = {},
): INestMicroservice {
  const { container } = strategy;
  const graph = new GraphInspector(container);
  const microservice = new NestMicroservice(container, { strategy }, graph, new ApplicationConfig());
  configure(microservice, strategy, options);
  return microservice;
}

/** Sets the global enhancers of the Kafka handlers. */
function configure(
  microservice: NestMicroservice,
  strategy: KafkaStrategy,
  options: ConnectKafkaOptions,
): void {
  const config = microservice['applicationConfig'];
  // Nest tries the last registered filter first. Registered first, this filter receives only errors that no other
  // catches.
  config.useGlobalFilters(new PassThroughFilter());
  if (options.inheritAppConfig === true) inherit(strategy.container.applicationConfig, config);
  options.configure?.(microservice);
  strategy.useMicroserviceConfig(config);
}

/** Copies the global enhancers, so that enhancers that are added for Kafka do not apply to HTTP. */
function inherit(from: ApplicationConfig | undefined, to: ApplicationConfig): void {
  if (!from) return;
  to.useGlobalGuards(...from.getGlobalGuards());
  to.useGlobalPipes(...from.getGlobalPipes());
  to.useGlobalInterceptors(...from.getGlobalInterceptors());
  to.useGlobalFilters(...from.getGlobalFilters());
  for (const guard of from.getGlobalRequestGuards()) to.addGlobalRequestGuard(guard);
  for (const pipe of from.getGlobalRequestPipes()) to.addGlobalRequestPipe(pipe);
  for (const interceptor of from.getGlobalRequestInterceptors()) to.addGlobalRequestInterceptor(interceptor);
  for (const filter of from.getGlobalRequestFilters()) to.addGlobalRequestFilter(filter);
  to.registerPreRequestHook(...from.getGlobalPreRequestHooks());
}
