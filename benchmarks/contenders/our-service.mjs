/**
 * This service as it is deployed: the modules of AppModule without its own features, a controller with the
 * decorators that users write, records tracked and committed. It ends on SIGTERM as the service does, and the
 * harness then asks the broker what it has committed.
 */
import 'reflect-metadata';
import { Controller, Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, Payload } from '@nestjs/microservices';
import { Logger } from 'nestjs-pino';
import { AppModule } from '../../dist/src/app.module.js';
import { SERVICE_CONFIG } from '../../dist/src/config/index.js';
import { connectKafka, KafkaHandler, KafkaRuntime } from '../../dist/src/transport/index.js';
import { OffsetsModule, OffsetsService } from '../../dist/src/offsets/index.js';
import { ProcessingModule } from '../../dist/src/processing/processing.module.js';
import { failIfPoisonous, Meter, readJob, sleep } from './meter.mjs';
import { calibrate } from './calibrate.mjs';
import { Handled, isWatched, watch } from './scale.mjs';

const job = readJob();
const { topics, options = {}, delayMs = 0 } = job;
const measures = job.mode === 'hot-key' ? { sleepMs: await calibrate(delayMs) } : {};
const watched = isWatched(job);
const handled = new Handled();
const meter = watched ? undefined : new Meter(job, () => undefined, measures, settled);

class OneController {
  async handle(payload) {
    if (delayMs > 0) await sleep(delayMs);
    failIfPoisonous(job, payload);
    meter.handled();
  }
}

class BatchController {
  async handle(payloads) {
    meter.handled(payloads.length);
  }
}

/** Counts by partition. */
class WatchedController {
  async handle(_payload, context) {
    if (delayMs > 0) await sleep(delayMs);
    handled.add(context.getTopic(), context.getPartition());
  }
}

class ManualController {
  constructor(offsets) {
    this.offsets = offsets;
  }

  async handle(_payload, context) {
    await this.offsets.commit(context);
    meter.handled();
  }
}
Inject(OffsetsService)(ManualController, undefined, 0);

const BenchController = watched
  ? WatchedController
  : options.commit === 'manual'
    ? ManualController
    : options.read === 'batch'
      ? BatchController
      : OneController;
/** Topics by name, or by a pattern that matches only these. */
const pattern = job.pattern ? new RegExp(`^${topics[0]}(-[0-9]+)?$`) : topics;
const { prototype } = BenchController;
Payload()(prototype, 'handle', 0);
if (BenchController === ManualController || watched) Ctx()(prototype, 'handle', 1);
KafkaHandler(pattern, options)(prototype, 'handle', Object.getOwnPropertyDescriptor(prototype, 'handle'));
Controller()(BenchController);

function BenchModule() {}
const runtimeModules = Reflect.getMetadata('imports', AppModule).filter((each) => each !== ProcessingModule);
Module({ imports: [...runtimeModules, OffsetsModule], controllers: [BenchController] })(BenchModule);

const app = await NestFactory.create(BenchModule, { bufferLogs: true, abortOnError: false });
const config = app.get(SERVICE_CONFIG);
app.useLogger(app.get(Logger));
connectKafka(app, { inheritAppConfig: true });
await app.listen(config.http.port, '127.0.0.1');
await app.startAllMicroservices();
if (job.mode === 'scraped') console.log(`SCRAPE ${await app.getUrl()}/metrics`);

process.once('SIGTERM', async () => {
  const drained = await app.get(KafkaRuntime).stop(config.shutdownTimeoutMs);
  await app.close();
  process.exit(drained ? 0 : 1);
});

if (watched) {
  void watch(job, {
    handled,
    group: () => app.get(KafkaRuntime).groups[0],
    url: () => app.getUrl(),
  });
}

/** Resolves once failed records are stored. */
async function settled() {
  const { limiter } = app.get(KafkaRuntime);
  while (job.poison && limiter.total.records > 0) await sleep(20);
}
