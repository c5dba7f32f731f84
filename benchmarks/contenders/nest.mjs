/** Nest's own Kafka transport with its default settings. */
import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, Payload, Transport } from '@nestjs/microservices';
import { logLevel } from 'kafkajs';
import { failIfPoisonous, Meter, readJob, sleep } from './meter.mjs';

const job = readJob();
const { bootstrap, groupId, topics, delayMs = 0 } = job;
const meter = new Meter(job);

class BenchController {
  async handle(payload) {
    if (delayMs > 0) await sleep(delayMs);
    failIfPoisonous(job, payload);
    meter.handled();
  }
}
const { prototype } = BenchController;
Payload()(prototype, 'handle', 0);
EventPattern(topics, Transport.KAFKA)(
  prototype,
  'handle',
  Object.getOwnPropertyDescriptor(prototype, 'handle'),
);
Controller()(BenchController);

function BenchModule() {}
Module({ controllers: [BenchController] })(BenchModule);

const app = await NestFactory.createMicroservice(BenchModule, {
  logger: ['error'],
  transport: Transport.KAFKA,
  options: {
    client: { brokers: bootstrap.split(','), logLevel: logLevel.ERROR },
    consumer: { groupId, maxWaitTimeInMs: 100 },
    subscribe: { fromBeginning: true },
  },
});
await app.listen();
