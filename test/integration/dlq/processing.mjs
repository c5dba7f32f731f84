/** One handler, of the topic DLQ_TOPIC, for JSON objects with an id and an amount. */
import { Controller, Module } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { KafkaHandler } from '../../../dist/src/transport/index.js';

const Payment = z.object({ id: z.string(), amount: z.int().positive() });

class PaymentsController {
  constructor() {
    throw new Error('a command must not construct controllers');
  }

  handle() {}
}
Payload()(PaymentsController.prototype, 'handle', 0);
const descriptor = Object.getOwnPropertyDescriptor(PaymentsController.prototype, 'handle');
const options = { value: 'json', schema: Payment, deadLetterTopic: process.env.DLQ_NAMED };
KafkaHandler(process.env.DLQ_TOPIC, options)(PaymentsController.prototype, 'handle', descriptor);
Controller()(PaymentsController);

/** A module without a class of its own. */
export function ProcessingModule() {}
Module({ controllers: [PaymentsController] })(ProcessingModule);
