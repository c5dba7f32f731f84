import type { INestApplicationContext, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { connectKafka } from 'nestjs-kafka-transport';

const OPTIONS = { logger: ['warn', 'error'] as ('warn' | 'error')[], abortOnError: false };

/** Runs an application with HTTP. */
export async function serve(module: Type): Promise<void> {
  const app = await NestFactory.create(module, OPTIONS);
  connectKafka(app);
  stopOnSignal(app);
  await app.listen(0, '127.0.0.1');
  await app.startAllMicroservices();
  console.log(`listening at ${await app.getUrl()}`);
}

/** Runs an application without HTTP. */
export async function work(module: Type): Promise<void> {
  const worker = await NestFactory.createApplicationContext(module, OPTIONS);
  stopOnSignal(worker);
  await connectKafka(worker).listen();
  console.log('listening at Kafka');
}

/** Stops an application in the way that SHUTDOWN names. */
function stopOnSignal(app: INestApplicationContext): void {
  switch (process.env['SHUTDOWN']) {
    case 'hooks':
      app.enableShutdownHooks();
      break;
    case 'hooks with exit':
      app.enableShutdownHooks([], { useProcessExit: true });
      break;
    default:
      process.once('SIGTERM', () => void app.close().then(() => process.exit(0)));
  }
}
