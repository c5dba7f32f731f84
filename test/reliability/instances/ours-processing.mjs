/**
 * A handler for each of the streams in RELIABILITY_STREAMS, JSON: `[{ topic, options, delayMs }]`. Each keeps the
 * ledger: what it starts, what is done, what has failed.
 */
import { Controller, Inject, Module } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { BatchRecordError, KafkaHandler, KafkaRuntime } from '../../../dist/src/transport/index.js';
import { OffsetsModule, OffsetsService } from '../../../dist/src/offsets/index.js';
import { LedgerWriter } from './ledger-writer.mjs';
import { countRebalances } from './vitals.mjs';
import { PoisonError, work } from './work.mjs';

const streams = JSON.parse(process.env.RELIABILITY_STREAMS);
const ledger = new LedgerWriter();
const ownerships = new WeakMap();
let owned = 0;

/** The runtime creates an owner for each ownership of a partition; the number identifies it. */
function ownershipOf(owner) {
  let ownership = ownerships.get(owner);
  if (ownership === undefined) ownerships.set(owner, (ownership = ++owned));
  return ownership;
}

function entryOf({ owner, offset }, { id }) {
  return { topic: owner.topic, partition: owner.partition, offset, id };
}

/** A record from a retry topic is entered under its original offset. */
function originOf(context) {
  return context.getMessage().headers['dlt-original-offset'];
}

async function one(payload, context, delayMs, topic) {
  const written = entryOf(context.records[0], payload);
  const entry = written.topic === topic ? written : { ...written, offset: originOf(context) };
  const doWork = () => work(payload, delayMs, context.signal);
  const { onDisk } = await ledger.around(ownershipOf(context.owner), entry, doWork);
  await onDisk;
}

/** Handles one record after the other, like most batch handlers, and reports failed ones. */
async function many(payloads, context, delayMs) {
  const ownership = ownershipOf(context.owner);
  const written = [];
  for (const [i, payload] of payloads.entries()) {
    const entry = entryOf(context.records[i], payload);
    const doWork = () => work(payload, i === 0 ? delayMs : 0, context.signal);
    try {
      written.push((await ledger.around(ownership, entry, doWork)).onDisk);
    } catch (error) {
      await Promise.all(written);
      throw new BatchRecordError(i, error);
    }
  }
  await Promise.all(written);
}

/**
 * A controller whose methods are added below.
 * @param {OffsetsService} offsets
 * @param {KafkaRuntime} runtime
 */
function StreamController(offsets, runtime) {
  this.offsets = offsets;
  countRebalances(() => runtime.groups.reduce((sum, { status }) => sum + status.joins, 0));
}
Inject(OffsetsService)(StreamController, undefined, 0);
Inject(KafkaRuntime)(StreamController, undefined, 1);

for (const [i, { topic, options, delayMs = 0 }] of streams.entries()) {
  const name = `stream${i}`;
  const handle = options.read === 'batch' ? many : one;
  StreamController.prototype[name] = async function (payload, context) {
    await handle(payload, context, delayMs, topic);
    if (options.commit === 'manual') await this.offsets.commit(context);
    if (payload.do === 'settled-then-thrown') throw new Error('thrown after the record was confirmed');
  };
  Payload()(StreamController.prototype, name, 0);
  Ctx()(StreamController.prototype, name, 1);
  const descriptor = Object.getOwnPropertyDescriptor(StreamController.prototype, name);
  const retry = { initialMs: 50, maxMs: 500, never: [PoisonError], ...options.retry };
  KafkaHandler(topic, { value: 'json', ...options, retry })(StreamController.prototype, name, descriptor);
}
Controller()(StreamController);

/** A module without a class of its own. */
export function ProcessingModule() {}
Module({ imports: [OffsetsModule], controllers: [StreamController] })(ProcessingModule);
