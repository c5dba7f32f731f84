/**
 * A service in its own process, for tests that kill, stop or suspend it. It runs the built transport with
 * one handler and writes a line to a ledger before and after each call. Configured by environment:
 * WORKER_TOPIC, WORKER_LEDGER, WORKER_OPTIONS (the handler's options as JSON), WORKER_DELAY_MS,
 * WORKER_MANUAL (commits through OffsetsService after each call), WORKER_POISON (a regular expression: a call that
 * has a record whose value matches fails), and the service's own variables.
 */
import 'reflect-metadata';
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, Payload } from '@nestjs/microservices';
import { SERVICE_CONFIG } from '../../dist/src/config/index.js';
import { HealthModule } from '../../dist/src/health/index.js';
import { connectKafka, KafkaHandler, KafkaRuntime } from '../../dist/src/transport/index.js';
import { OffsetsModule, OffsetsService } from '../../dist/src/offsets/index.js';
import { KafkaServiceModule } from '../../dist/src/service/module.js';

const {
  WORKER_TOPIC,
  WORKER_LEDGER,
  WORKER_OPTIONS = '{}',
  WORKER_DELAY_MS = '0',
  WORKER_MANUAL,
  WORKER_POISON,
} = process.env;
const options = JSON.parse(WORKER_OPTIONS);
const delayMs = Number(WORKER_DELAY_MS);
const poison = WORKER_POISON === undefined ? undefined : new RegExp(WORKER_POISON);

/** One line: event, process, topic, partition, offset, key, value. Lines are short, so concurrent appends do not mix. */
function note(event, record) {
  const { topic, partition } = record.owner;
  const { offset, key, value } = record.record;
  const line = [event, process.pid, topic, partition, offset, key?.toString() ?? '', value?.toString() ?? ''];
  appendFileSync(WORKER_LEDGER, `${line.join('\t')}\t${Date.now()}\n`);
}

class WorkerController {
  constructor(offsets) {
    this.offsets = offsets;
  }

  async handle(_payload, context) {
    for (const record of context.records) note('start', record);
    if (delayMs > 0) await sleep(delayMs);
    if (context.records.some(({ record }) => poison?.test(record.value?.toString() ?? ''))) {
      for (const record of context.records) note('failed', record);
      throw new Error('poison');
    }
    for (const record of context.records) note('done', record);
    if (WORKER_MANUAL) {
      await this.offsets.commit(context);
      for (const record of context.records) note('committed', record);
    }
  }
}
Inject(OffsetsService)(WorkerController, undefined, 0);
Payload()(WorkerController.prototype, 'handle', 0);
Ctx()(WorkerController.prototype, 'handle', 1);
const descriptor = Object.getOwnPropertyDescriptor(WorkerController.prototype, 'handle');
KafkaHandler(WORKER_TOPIC, options)(WorkerController.prototype, 'handle', descriptor);
Controller()(WorkerController);

function WorkerModule() {}
Module({
  imports: [KafkaServiceModule, HealthModule, OffsetsModule],
  controllers: [WorkerController],
})(WorkerModule);

const app = await NestFactory.create(WorkerModule, { logger: ['log', 'warn', 'error'], abortOnError: false });
const config = app.get(SERVICE_CONFIG);
connectKafka(app, { inheritAppConfig: true });
await app.listen(config.http.port, '127.0.0.1');
await app.startAllMicroservices();
process.stdout.write(`WORKER READY ${await app.getUrl()}\n`);

let stopping = false;
async function stop() {
  if (stopping) process.exit(1);
  stopping = true;
  const drained = await app.get(KafkaRuntime).stop(config.shutdownTimeoutMs);
  await app.close();
  process.exit(drained ? 0 : 1);
}
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
// If the test process dies, its end of this pipe closes and the worker exits.
process.stdin.on('end', () => process.exit(9)).resume();
