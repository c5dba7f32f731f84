import { expect, test } from '@jest/globals';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, KafkaContext } from '@nestjs/microservices';
import { KafkaRuntime, PartitionLostError } from '../../src/transport/index.js';
import { committedOffsets, produce, waitFor } from '../support/kafka.js';
import { bothSides, type Side } from './difference-sides.js';

const { stock, ours, each } = bothSides('ownership', ({ topics, journal }) => {
  topics.named('elsewhere');

  @Controller()
  class ManualController {
    @EventPattern<string>(topics.named('records'))
    onRecord(@Ctx() context: KafkaContext): void {
      journal.note(context);
    }
  }
  return { controllers: [ManualController], commit: 'manual' };
});

const committedOn = async ({ topics, running }: Side): Promise<bigint | undefined> =>
  (await committedOffsets(running.groupId, topics.named('records'))).get(0);

async function contextOn({ topics, journal }: Side): Promise<KafkaContext> {
  await produce(topics.named('records'), ['a']);
  const [context] = await journal.reaches(1);
  if (!(context instanceof KafkaContext)) throw new TypeError('the handler noted no context');
  return context;
}

const serverOf = ({ running }: Side) => running.app.getMicroservices()[0]?.unwrap<unknown[]>() ?? [];

test('the start position of a group is committed at once, so that nothing is skipped before the first commit', async () => {
  await waitFor(async () => (await committedOn(ours)) === 0n, { what: 'the commit of the beginning' });
  expect(await committedOn(stock)).toBeUndefined();
});

test('a commit beyond the received records is rejected', async () => {
  for (const side of each) {
    const consumer = (await contextOn(side)).getConsumer();
    await consumer.commitOffsets([{ topic: side.topics.named('records'), partition: 0, offset: '100' }]);
  }
  expect(await committedOn(stock)).toBe(100n);
  expect(await committedOn(ours)).toBe(1n);
});

test('a commit for a partition that the member does not own is rejected', async () => {
  const topic = stock.topics.named('elsewhere');
  const elsewhere = [{ topic, partition: 0, offset: '1' }];
  await (await contextOn(stock)).getConsumer().commitOffsets(elsewhere);
  expect(await committedOffsets(stock.running.groupId, topic)).toEqual(new Map([[0, 1n]]));
  const onOurs = (await contextOn(ours)).getConsumer().commitOffsets(elsewhere);
  await expect(onOurs).rejects.toBeInstanceOf(PartitionLostError);
});

test('unwrap returns the runtime of the service instead of client, consumer and producer', () => {
  const { groups, port } = ours.running.app.get(KafkaRuntime);
  expect(serverOf(stock)).toHaveLength(3);
  expect(serverOf(ours)).toEqual([port, groups]);
});

test('the consumer of a context rejects calls that would take it away from the service', async () => {
  const consumer = (await contextOn(ours)).getConsumer();
  for (const name of ['connect', 'disconnect', 'stop', 'run', 'subscribe'] as const) {
    const call = (): unknown => Reflect.apply(consumer[name], consumer, [{ topics: [] }]);
    expect(call).toThrow(`consumer.${name}() belongs to the service`);
  }
  const onStock = (await contextOn(stock)).getConsumer();
  await onStock.stop();
  await expect(onStock.describeGroup()).resolves.toMatchObject({ state: 'Empty' });
  await expect(consumer.describeGroup()).resolves.toMatchObject({ state: 'Stable' });
});
