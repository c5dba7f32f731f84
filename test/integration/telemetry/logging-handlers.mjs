/**
 * Handlers that log before and after they wait; a record's `kind` determines what happens to it.
 * The topic is STOPPING_TOPIC; a second handler reads batches of `<topic>.batch`, and a third fails for all
 * records of `<topic>.later`, which go through a retry topic.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Logger, Module } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { KafkaHandler, PermanentError } from '../../../dist/src/transport/index.js';

const topic = process.env.STOPPING_TOPIC;
const schema = z.strictObject({ kind: z.enum(['ok', 'retry', 'dead']), secret: z.string(), id: z.number() });
const retry = { attempts: 3, initialMs: 1 };

class LoggingController {
  logger = new Logger('Feature');

  async handle({ kind }) {
    this.logger.log(`begins ${kind}`);
    await sleep(5);
    this.logger.log(`goes on ${kind}`);
    if (kind === 'retry') throw new Error('told by the handler');
    if (kind === 'dead') throw new PermanentError('told for good');
  }

  async handleLater() {
    this.logger.log('fails');
    throw new Error('told by the handler');
  }

  async handleBatch(payloads) {
    await sleep(5);
    this.logger.log(`batch of ${payloads.length}`);
  }
}
const { prototype } = LoggingController;
for (const [method, name, options] of [
  ['handle', topic, { value: 'json', schema, retry, deadLetterLimit: false }],
  ['handleLater', `${topic}.later`, { onFailure: 'retry-topic', delays: ['10ms'], retry: { attempts: 1 } }],
  ['handleBatch', `${topic}.batch`, { read: 'batch', batch: { maxRecords: 3, maxWaitMs: 10_000 } }],
]) {
  Payload()(prototype, method, 0);
  KafkaHandler(name, options)(prototype, method, Object.getOwnPropertyDescriptor(prototype, method));
}
Controller()(LoggingController);

export function ProcessingModule() {}
Module({ controllers: [LoggingController] })(ProcessingModule);
