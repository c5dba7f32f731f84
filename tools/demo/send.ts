import path from 'node:path';
import type { Kafka } from 'kafkajs-pinned';
import { batchesOf, type OutgoingRecord } from '../produce/batches.js';
import { keyOf } from '../produce/key.js';
import { linesOf } from '../produce/lines.js';
import { openSender } from '../produce/sender.js';
import { projectRoot } from '../project.js';
import { fileInput, type Input } from './input.js';
import { ordersTopic, tutorialTopics } from './topics.js';

/** Sends each line to every tutorial topic; returns the number of lines. */
export async function sendLines(kafka: Kafka, input: Input): Promise<number> {
  return send(kafka, tutorialTopics, records(input));
}

/** Sends the demo's orders, keyed by their id; returns their number. */
export async function sendOrders(kafka: Kafka): Promise<number> {
  const name = 'tools/demo/orders.jsonl';
  return send(kafka, [ordersTopic], records(await fileInput(path.join(projectRoot, name), name), 'id'));
}

async function send(
  kafka: Kafka,
  topics: readonly string[],
  source: AsyncIterable<OutgoingRecord>,
): Promise<number> {
  const senders = await Promise.all(topics.map((topic) => openSender(kafka, topic)));
  let sent = 0;
  try {
    for await (const batch of batchesOf(source)) {
      await Promise.all(senders.map((sender) => sender.send(batch)));
      sent += batch.length;
    }
  } finally {
    await Promise.all(senders.map((sender) => sender.close()));
  }
  return sent;
}

async function* records(input: Input, keyField?: string): AsyncGenerator<OutgoingRecord> {
  let lineNumber = 0;
  for await (const value of linesOf(input.stream)) {
    lineNumber += 1;
    yield { key: keyField === undefined ? null : keyOf(value, keyField, lineNumber), value, lineNumber };
  }
}
