/**
 * A service with an idempotent handler in its own process, for tests that kill or suspend it. For each
 * handled record it inserts a row into `effects`. Configured like test/support/worker-process.mjs.
 */
import 'reflect-metadata';
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, Payload } from '@nestjs/microservices';
import { Database } from '../../../dist/src/database/index.js';
import { Idempotent, IdempotencyModule } from '../../../dist/src/idempotency/index.js';
import { connectKafka, KafkaHandler } from '../../../dist/src/transport/index.js';
import { OffsetsModule, OffsetsService } from '../../../dist/src/offsets/index.js';
import { KafkaServiceModule } from '../../../dist/src/service/module.js';

const {
  WORKER_TOPIC,
  WORKER_LEDGER,
  WORKER_OPTIONS = '{}',
  WORKER_DELAY_MS = '0',
  WORKER_MANUAL,
} = process.env;

function note(event, { owner, record }) {
  const { offset, key, value } = record;
  const line = [event, process.pid, owner.topic, owner.partition, offset, key ?? '', value ?? '', Date.now()];
  appendFileSync(WORKER_LEDGER, `${line.join('\t')}\n`);
}

class WorkerController {
  constructor(database, offsets) {
    this.database = database;
    this.offsets = offsets;
  }

  async handle(_payload, context) {
    for (const record of context.records) {
      const { offset, value } = record.record;
      const effect = [value.toString(), context.getPartition(), offset, process.pid];
      await this.database.query(
        'INSERT INTO effects (id, partition, "offset", pid) VALUES ($1, $2, $3, $4)',
        effect,
      );
      note('start', record);
    }
    await sleep(Number(WORKER_DELAY_MS));
    if (WORKER_MANUAL) await this.offsets.commit(context);
    for (const record of context.records) note('done', record);
  }
}
Inject(Database)(WorkerController, undefined, 0);
Inject(OffsetsService)(WorkerController, undefined, 1);
Payload()(WorkerController.prototype, 'handle', 0);
Ctx()(WorkerController.prototype, 'handle', 1);
const descriptor = Object.getOwnPropertyDescriptor(WorkerController.prototype, 'handle');
Idempotent()(WorkerController.prototype, 'handle', descriptor);
KafkaHandler(WORKER_TOPIC, JSON.parse(WORKER_OPTIONS))(WorkerController.prototype, 'handle', descriptor);
Controller()(WorkerController);

function WorkerModule() {}
Module({
  imports: [KafkaServiceModule, OffsetsModule, IdempotencyModule],
  controllers: [WorkerController],
})(WorkerModule);

const app = await NestFactory.create(WorkerModule, { logger: ['log', 'warn', 'error'], abortOnError: false });
await app
  .get(Database, { strict: false })
  .query('CREATE TABLE IF NOT EXISTS effects (id text, partition int, "offset" bigint, pid int)');
connectKafka(app, { inheritAppConfig: true });
await app.listen(0, '127.0.0.1');
await app.startAllMicroservices();
process.stdout.write(`WORKER READY ${await app.getUrl()}\n`);
process.on('SIGTERM', () => app.close().then(() => process.exit(0)));
// If the test process dies, its end of this pipe closes and the worker exits.
process.stdin.on('end', () => process.exit(9)).resume();
