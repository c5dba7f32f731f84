/**
 * A handler for each of three topics with JSON objects that fail, or never end, on request. Failed records of
 * `<prefix>-orders` become dead letters, those of `-accounts` are parked, those of `-slow` wait long for a retry.
 */
import { existsSync } from 'node:fs';
import { Controller, Module } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { KafkaHandler } from '../../../dist/src/transport/index.js';

const { OPS_PREFIX, OPS_MENDED } = process.env;
const quick = { attempts: 2, initialMs: 10 };
const slow = { attempts: Infinity, initialMs: 3_600_000, maxMs: 3_600_000 };
const topics = {
  orders: { retry: quick },
  accounts: { retry: quick, onFailure: 'park' },
  slow: { retry: slow },
};

/** A controller whose methods are added below. */
function OpsController() {}
for (const [name, options] of Object.entries(topics)) {
  OpsController.prototype[name] = async ({ id, fails, hangs }, context) => {
    if (fails && !existsSync(OPS_MENDED)) throw new TypeError(`${id} is broken`);
    if (hangs)
      await new Promise((_, reject) =>
        context.signal.addEventListener('abort', () => reject(new Error('aborted'))),
      );
    console.log(`handled ${id}`);
  };
  Payload()(OpsController.prototype, name, 0);
  Ctx()(OpsController.prototype, name, 1);
  const descriptor = Object.getOwnPropertyDescriptor(OpsController.prototype, name);
  KafkaHandler(`${OPS_PREFIX}-${name}`, { value: 'json', ...options })(
    OpsController.prototype,
    name,
    descriptor,
  );
}
Controller()(OpsController);

/** A module without a class of its own. */
export function ProcessingModule() {}
Module({ controllers: [OpsController] })(ProcessingModule);
