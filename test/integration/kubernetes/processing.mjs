/**
 * One handler, with a limit of KUBERNETES_LIMIT_MS. It takes as many ms as the record's value says; `deaf` it never
 * finishes, even after its signal, and `obedient` it finishes on its signal: each only the first time, so
 * that a restart helps. It writes its calls to KUBERNETES_LEDGER, in the format of the workers' ledger.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Module } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { KafkaHandler } from '../../../dist/src/transport/index.js';

const { KUBERNETES_TOPIC, KUBERNETES_LEDGER, KUBERNETES_LIMIT_MS } = process.env;

function note(event, { owner, record }) {
  const { topic, partition } = owner;
  const { offset, key, value } = record;
  const line = [event, process.pid, topic, partition, offset, key ?? '', value, Date.now()];
  appendFileSync(KUBERNETES_LEDGER, `${line.join('\t')}\n`);
}

function isFirst(value) {
  return readFileSync(KUBERNETES_LEDGER, 'utf8').split(`\t${value}\t`).length === 2;
}

class ScriptedController {
  async handle(payload, context) {
    const [record] = context.records;
    const { signal } = context;
    note('start', record);
    if (payload === 'deaf' && isFirst(payload)) await new Promise(() => undefined);
    if (payload === 'obedient' && isFirst(payload)) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      throw signal.reason;
    }
    if (/^\d+$/.test(payload)) await sleep(Number(payload));
    note('done', record);
  }
}
const { prototype } = ScriptedController;
const options = { value: 'text', timeoutMs: Number(KUBERNETES_LIMIT_MS) };
Payload()(prototype, 'handle', 0);
Ctx()(prototype, 'handle', 1);
KafkaHandler(KUBERNETES_TOPIC, options)(
  prototype,
  'handle',
  Object.getOwnPropertyDescriptor(prototype, 'handle'),
);
Controller()(ScriptedController);

/** A module without a class of its own. */
export function ProcessingModule() {}
Module({ controllers: [ScriptedController] })(ProcessingModule);
