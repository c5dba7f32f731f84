/** Nest's own Kafka transport, set up as in its documentation, with the same work and the same ledger. */
import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern, Payload, Transport } from '@nestjs/microservices';
import { peerOptions, streams } from './peer-options.mjs';
import { LedgerWriter } from './ledger-writer.mjs';
import { countRebalances } from './vitals.mjs';
import { work } from './work.mjs';

const { client, consumer, run } = peerOptions();
const ledger = new LedgerWriter();
let joins = 0;
countRebalances(() => joins);

/** A controller whose methods are added below. */
function StreamController() {}
for (const [i, { topic, delayMs }] of streams.entries()) {
  const name = `stream${i}`;
  StreamController.prototype[name] = async (payload, context) => {
    const { offset } = context.getMessage();
    const entry = { topic, partition: context.getPartition(), offset, id: payload.id };
    const { onDisk } = await ledger.around(joins, entry, () => work(payload, delayMs));
    await onDisk;
  };
  Payload()(StreamController.prototype, name, 0);
  Ctx()(StreamController.prototype, name, 1);
  const descriptor = Object.getOwnPropertyDescriptor(StreamController.prototype, name);
  EventPattern(topic)(StreamController.prototype, name, descriptor);
}
Controller()(StreamController);

function StreamModule() {}
Module({ controllers: [StreamController] })(StreamModule);

const app = await NestFactory.createMicroservice(StreamModule, {
  transport: Transport.KAFKA,
  options: { postfixId: '', client, consumer, run, subscribe: { fromBeginning: true } },
});
// By default the signal would end the process after its hooks, which looks like a crash.
app.enableShutdownHooks([], { useProcessExit: true });
await app.listen();
const [, kafkajsConsumer] = app.unwrap();
kafkajsConsumer.on('consumer.group_join', () => (joins += 1));
joins += 1;
