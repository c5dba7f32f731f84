import { NestFactory } from '@nestjs/core';
import { Logger } from 'nestjs-pino';
import { AppModule } from './app.module.js';
import { checkEnvironment, SERVICE_CONFIG, type ServiceConfig } from './config/index.js';
import { HardenedExpressAdapter } from './http/index.js';
import { KafkaRuntime, KafkaStrategy } from './transport/index.js';
import { stopWith } from './stop-signals.js';

/** How much longer than the handlers the rest of the stop may take before the process ends all the same, in ms. */
const STOP_GRACE_MS = 5_000;

/** Starts the service and ties its end to the signals that ask for it. */
export async function bootstrap(): Promise<void> {
  const { ops } = checkEnvironment();
  // A service that nobody operates by HTTP does not pay for it: compiling what it takes is most of a start.
  const operators = ops.token === undefined ? undefined : await import('./ops/index.js');
  const root = operators?.withOps(AppModule) ?? AppModule;
  const app = await NestFactory.create(root, new HardenedExpressAdapter(), {
    bufferLogs: true,
    abortOnError: false,
  });
  const config = app.get<ServiceConfig>(SERVICE_CONFIG);
  const logger = app.get(Logger);
  app.useLogger(logger);
  operators?.describeOps(app);
  app.connectMicroservice({ strategy: app.get(KafkaStrategy) }, { inheritAppConfig: true });

  let stopping = false;
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (stopping) process.exit(1);
    stopping = true;
    logger.log(`${signal}: draining, ${config.shutdownTimeoutMs} ms at most; a second signal ends at once`);
    setTimeout(() => process.exit(1), config.shutdownTimeoutMs + STOP_GRACE_MS).unref();
    const isClean = await app.get(KafkaRuntime).stop(config.shutdownTimeoutMs);
    await app.close();
    logger.log(isClean ? 'stopped' : 'stopped, but not cleanly: the lines before say what was left');
    process.exit(isClean ? 0 : 1);
  };
  stopWith((signal) => void stop(signal));

  // Health must answer before, and while, the consumer looks for a broker.
  await app.listen(config.http.port);
  logger.log(`health is served at ${await app.getUrl()}/health`);
  await app.startAllMicroservices();
}
