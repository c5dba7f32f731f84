import type { INestApplication, INestApplicationContext, INestMicroservice } from '@nestjs/common';
import { ApplicationConfig, GraphInspector } from '@nestjs/core';
import { NestMicroservice } from '@nestjs/microservices';
import { PassThroughFilter } from './handlers/pass-through.filter.js';
import { KafkaClusters } from './kafka-clusters.js';
import { KafkaModuleError } from './kafka-module.error.js';
import type { KafkaStrategy } from './kafka.strategy.js';

/** How {@link connectKafka} connects the transport. */
export interface ConnectKafkaOptions {
  /**
   * Whether the global guards, pipes, interceptors and filters of the application apply to Kafka handlers too.
   * Default false: a guard that is written for HTTP would deny every record.
   */
  readonly inheritAppConfig?: boolean;
  /**
   * Sets global guards, pipes, interceptors and filters that apply only to Kafka handlers.
   * @param cluster the name of the handlers' cluster; undefined for the cluster without a name
   */
  readonly configure?: (kafka: INestMicroservice, cluster: string | undefined) => void;
}

/** The connected transport of an application. */
export interface KafkaConnection {
  /** One for each cluster; the first belongs to the cluster without a name. */
  readonly microservices: readonly INestMicroservice[];
  /**
   * Starts to consume from all clusters. Call it in an application without HTTP; otherwise
   * `app.startAllMicroservices()` does the same.
   */
  listen(): Promise<void>;
}

/**
 * Connects the Kafka transport to an application. Records are consumed from `app.startAllMicroservices()` on; in an
 * application without HTTP, from `listen()` on.
 *
 * @throws KafkaModuleError if `KafkaModule` is not imported, or the application was connected before
 * @throws UnknownClusterError if a handler names a cluster that does not exist
 * @example
 * const app = await NestFactory.create(AppModule);
 * connectKafka(app, { configure: (kafka) => kafka.useGlobalPipes(new ValidationPipe()) });
 * await app.listen(3000);
 * await app.startAllMicroservices();
 * @example
 * const worker = await NestFactory.createApplicationContext(WorkerModule);
 * await connectKafka(worker).listen();
 */
export function connectKafka(
  app: INestApplicationContext,
  options: ConnectKafkaOptions = {},
): KafkaConnection {
  const clusters = clustersOf(app);
  clusters.connect();
  const microservices = clusters.all.map(({ strategy }) => connect(app, strategy, options));
  return {
    microservices,
    listen: async () => {
      await Promise.all(microservices.map((each) => each.listen()));
    },
  };
}

function clustersOf(app: INestApplicationContext): KafkaClusters {
  try {
    return app.get(KafkaClusters);
  } catch (error) {
    throw new KafkaModuleError(
      'the application has no KafkaModule: add KafkaModule.forRoot(options) to the imports of its root module',
      { cause: error },
    );
  }
}

function connect(
  app: INestApplicationContext,
  strategy: KafkaStrategy,
  options: ConnectKafkaOptions,
): INestMicroservice {
  const microservice = hasMicroservices(app)
    ? app.connectMicroservice({ strategy }, { deferInitialization: true })
    : createMicroservice(strategy);
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

/** Whether Nest can connect microservices to it: applications without HTTP have no such method. */
function hasMicroservices(app: INestApplicationContext): app is INestApplication {
  return 'connectMicroservice' in app;
}

/** Like Nest's connectMicroservice. KafkaModule stops the transport when the application closes. */
function createMicroservice(strategy: KafkaStrategy): NestMicroservice {
  const { container } = strategy;
  const graph = new GraphInspector(container);
  return new NestMicroservice(container, { strategy }, graph, new ApplicationConfig());
}

/** Creates a microservice for the modules of a test, without an application. */
export function testMicroservice(
  strategy: KafkaStrategy,
  options: ConnectKafkaOptions = {},
): INestMicroservice {
  const microservice = createMicroservice(strategy);
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
  options.configure?.(microservice, strategy.cluster);
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
