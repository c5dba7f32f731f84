import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { loadConfig, SERVICE_CONFIG, type ServiceConfig } from '../config/index.js';
import { HardenedExpressAdapter } from '../http/index.js';
import { ServiceLogger } from '../telemetry/service.logger.js';
import { connectKafka, KafkaClusters } from '../transport/index.js';
import { startedLine } from './started-line.js';
import { stopWith } from './stop-signals.js';

/** Time in ms that the rest of the shutdown may take after the handlers' time; then the process exits anyway. */
const STOP_GRACE_MS = 5_000;

/** Starts the service and shuts it down on SIGTERM or SIGINT. */
export async function startService(application: Type): Promise<void> {
  // Validate before the application is created, so that an invalid environment is reported once and plainly.
  const { ops } = loadConfig();
  // Load the operators' endpoints only if they are enabled: compiling their modules takes most of the startup time.
  const operators = ops.token === undefined ? undefined : await import('../ops/ops.module.js');
  const root = operators?.withOps(application) ?? application;
  const app = await NestFactory.create(root, new HardenedExpressAdapter(), {
    bufferLogs: true,
    abortOnError: false,
  });
  const config = app.get<ServiceConfig>(SERVICE_CONFIG);
  const logger = app.get(ServiceLogger);
  app.useLogger(logger);
  operators?.describeOps(app);
  connectKafka(app, { inheritAppConfig: true });
  const clusters = app.get(KafkaClusters);

  let stopping = false;
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (stopping) process.exit(1);
    stopping = true;
    logger.log(
      `${signal}: draining for at most ${config.shutdownTimeoutMs} ms; a second signal exits immediately`,
    );
    setTimeout(() => process.exit(1), config.shutdownTimeoutMs + STOP_GRACE_MS).unref();
    const isClean = await clusters.stop();
    await app.close();
    logger.log(
      isClean ? 'stopped' : 'stopped, but not cleanly: the lines above say what was left unfinished',
    );
    process.exit(isClean ? 0 : 1);
  };
  stopWith((signal) => void stop(signal));

  // The health endpoints must answer before the consumer has found a broker.
  await app.listen(config.http.port);
  await app.startAllMicroservices();
  const handlers = clusters.all.flatMap(({ strategy }) => strategy.handlerSummaries);
  logger.log(await startedLine(handlers, `${await app.getUrl()}/health`, config.log.format));
}
