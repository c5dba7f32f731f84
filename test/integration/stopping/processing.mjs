/**
 * One handler that takes STOPPING_DELAY_MS for each record, and never ends for those whose value is `never`. It
 * writes its calls to STOPPING_LEDGER, in the format of the workers' ledger.
 */
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Module } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { KafkaHandler } from '../../../dist/src/transport/index.js';

const { STOPPING_TOPIC, STOPPING_LEDGER, STOPPING_DELAY_MS = '0' } = process.env;

function note(event, { owner, record }) {
  const { topic, partition } = owner;
  const { offset, key, value } = record;
  const line = [event, process.pid, topic, partition, offset, key ?? '', value, Date.now()];
  appendFileSync(STOPPING_LEDGER, `${line.join('\t')}\n`);
}

class StoppingController {
  async handle(payload, context) {
    const [record] = context.records;
    note('start', record);
    const { signal } = context;
    const onAbort = () => note('aborted', record);
    signal.addEventListener('abort', onAbort);
    if (payload === 'never') await new Promise(() => undefined);
    await sleep(Number(STOPPING_DELAY_MS));
    signal.removeEventListener('abort', onAbort);
    note('done', record);
  }
}
Payload()(StoppingController.prototype, 'handle', 0);
Ctx()(StoppingController.prototype, 'handle', 1);
const descriptor = Object.getOwnPropertyDescriptor(StoppingController.prototype, 'handle');
KafkaHandler(STOPPING_TOPIC, { order: 'partition' })(StoppingController.prototype, 'handle', descriptor);
Controller()(StoppingController);

/** A module without a class of its own. */
export function ProcessingModule() {}
Module({ controllers: [StoppingController] })(ProcessingModule);
