import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { KafkaHandler, KafkaRecordContext } from '../../../src/transport/index.js';
import { uniqueName, waitFor } from '../../support/kafka.js';
import { type RunningService, startService } from '../../support/service.js';
import { OwnKafka, QUICK_HEARTBEATS } from '../staying-alive/own-kafka.js';

jest.setTimeout(120_000);

const PARTITIONS = 4;
/** How many records a partition must be ahead of those that are drained. */
const AHEAD = 10;

let kafka: OwnKafka;
const services: RunningService[] = [];
beforeAll(async () => {
  kafka = await OwnKafka.start({ properties: QUICK_HEARTBEATS });
}, 120_000);
afterEach(async () => {
  await Promise.all(services.splice(0).map((each) => each.stop()));
});
afterAll(() => kafka.stop());

/** Opens once: handlers of slow records wait for it. */
class Gate {
  open: () => void = () => undefined;
  readonly opened = new Promise<void>((resolve) => (this.open = resolve));
}

interface Handled {
  readonly partition: number;
  readonly payload: unknown;
}

/** A service that waits for the gate in the handlers of slow records. */
async function start(topic: string, group: string, gate: Gate): Promise<Handled[]> {
  const handled: Handled[] = [];

  @Controller()
  class GatedController {
    @KafkaHandler(topic)
    async handle(@Payload() payload: unknown, @Ctx() { owner }: KafkaRecordContext): Promise<void> {
      handled.push({ partition: owner.partition, payload });
      if (payload === 'slow') await gate.opened;
    }
  }

  const env = { KAFKA_BROKERS: kafka.bootstrap, KAFKA_GROUP_ID: group, KAFKA_GROUP_PROTOCOL: 'consumer' };
  const service = await startService({ controllers: [GatedController] }, env);
  services.push(service);
  await service.joined();
  return handled;
}

/** How many quick records of each partition were handled, fewest first. */
function quickOf(handled: readonly Handled[]): number[] {
  const counts = Array.from({ length: PARTITIONS }, () => 0);
  for (const { partition, payload } of handled)
    if (payload !== 'slow') counts[partition] = (counts[partition] ?? 0) + 1;
  return counts.toSorted((a, b) => a - b);
}

const everyPartition = (key: string, payload: string): { key: string; value: string; partition: number }[] =>
  Array.from({ length: PARTITIONS }, (_, partition) => ({ key, value: JSON.stringify(payload), partition }));

test('while two partitions wait for a slow handler before they move, the two that stay are handled on', async () => {
  const topic = await kafka.createTopic('gated', PARTITIONS);
  const group = uniqueName('group');
  const gate = new Gate();
  const first = await start(topic, group, gate);
  await kafka.produce(topic, everyPartition('slow', 'slow'));
  await waitFor(async () => first.length === PARTITIONS, { what: 'the slow handlers to run' });

  // It gets partitions only once the first one has given them up.
  const starting = start(topic, group, gate);
  const sent: string[] = [];
  await waitFor(
    async () => {
      const round = `quick ${sent.length}`;
      await kafka.produce(topic, everyPartition(round, round));
      sent.push(round);
      const [, stopped = 0, goingOn = 0] = quickOf(first);
      return goingOn - stopped >= AHEAD;
    },
    { what: 'two partitions to be handled on', timeoutMs: 60_000 },
  );
  gate.open();
  const second = await starting;
  const total = (sent.length + 1) * PARTITIONS;
  await waitFor(async () => first.length + second.length >= total, { what: 'all records' });

  const moved = new Set(second.map(({ partition }) => partition));
  expect(moved.size).toBe(2);
  const calls = [...first, ...second].map(({ partition, payload }) => `${partition} ${String(payload)}`);
  expect(new Set(calls).size).toBe(calls.length);
  expect(calls).toHaveLength(total);
  for (const service of services.splice(0)) expect(await service.stop()).toBe(true);
  for (let partition = 0; partition < PARTITIONS; partition++)
    expect(await kafka.committed(group, topic, partition)).toBe(BigInt(sent.length + 1));
});
