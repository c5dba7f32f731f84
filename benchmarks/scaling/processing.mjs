/** A handler of one of two kinds that reports its number of handled records to the parent process. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Module } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { KafkaHandler } from '../../dist/src/transport/index.js';
import { Pool } from './pool.mjs';

const { SCALING_TOPIC, SCALING_KIND } = process.env;

/** Like a query of 50 ms on one of the member's 16 connections. */
const pool = new Pool(16);

const kinds = {
  pool: { options: {}, work: () => pool.use(() => sleep(50)) },
  lanes: { options: { concurrency: 16 }, work: () => sleep(50) },
};
const { options, work } = kinds[SCALING_KIND];

let handled = 0;
setInterval(() => process.send?.(handled), 50).unref();

class ScalingController {
  async handle(_payload) {
    await work();
    handled += 1;
  }
}
const { prototype } = ScalingController;
Payload()(prototype, 'handle', 0);
KafkaHandler(SCALING_TOPIC, options)(
  prototype,
  'handle',
  Object.getOwnPropertyDescriptor(prototype, 'handle'),
);
Controller()(ScalingController);

/** A module without a class of its own. */
export function ProcessingModule() {}
Module({ controllers: [ScalingController] })(ProcessingModule);
