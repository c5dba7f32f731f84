import { describe, expect, test } from '@jest/globals';
import { Controller, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { EventPattern, Payload, ServerKafka } from '@nestjs/microservices';
import { startService } from '../support/service.js';
import { produce, uniqueName, waitFor } from '../support/kafka.js';
import { Journal } from './journal.js';
import { Topics } from './topics.js';
import { createTopics, type ContractTransport, ours, stock } from './transports.js';

test('the group id is used as it is configured, without the suffix -server', async () => {
  const groupId = uniqueName('contract-group');
  const server = new ServerKafka({ consumer: { groupId } });
  expect(server['groupId']).toBe(`${groupId}-server`);

  const topics = new Topics('group');
  @Controller()
  class AnyController {
    @EventPattern<string>(topics.named('records'))
    onRecord(): void {}
  }
  const service = await ours.start({ controllers: [AnyController] }, { topics: topics.all, groupId });
  await produce(topics.named('records'), ['a']);
  await service.settled(topics.named('records'));
  await service.stop();
});

describe('a topic that does not exist', () => {
  const topics = new Topics('missing');
  const journal = new Journal<unknown>();
  function controllerOf(name: string) {
    @Controller()
    class WaitingController {
      @EventPattern(topics.named(name))
      onRecord(@Payload() payload: unknown): void {
        journal.note(payload);
      }
    }
    return WaitingController;
  }

  test('a topic that does not exist is awaited and does not fail the start', async () => {
    const onStock = stock.start({ controllers: [controllerOf('on-stock')] }, { topics: [] });
    await expect(onStock).rejects.toThrow('This server does not host this topic-partition');

    const env = { KAFKA_GROUP_ID: uniqueName('contract-missing'), KAFKA_TOPIC_REFRESH_MS: '100' };
    const service = await startService({ controllers: [controllerOf('on-ours')] }, env);
    const isWaiting = () =>
      service.runtime.groups.every(({ status }) => status.phase === 'waiting-for-topics');
    await waitFor(isWaiting, { what: 'a consumer that waits for its topic' });
    await createTopics([topics.named('on-ours')]);
    await produce(topics.named('on-ours'), ['a']);
    expect(await journal.reaches(1)).toEqual(['a']);
    await service.stop();
  });
});

describe('a record in flight when the application closes', () => {
  async function closingOn(transport: ContractTransport): Promise<readonly string[]> {
    const topics = new Topics('closing');
    const topic = topics.named('records');
    const journal = new Journal<string>();

    @Injectable()
    class Database implements OnModuleDestroy {
      onModuleDestroy(): void {
        journal.note('database closed');
      }
    }

    @Controller()
    class SlowController {
      @EventPattern<string>(topic)
      async onRecord(): Promise<void> {
        journal.note('begins');
        await new Promise((resolve) => setTimeout(resolve, 300));
        journal.note('ends');
      }
    }

    const controllers = { controllers: [SlowController], providers: [Database] };
    const { stop } = await transport.start(controllers, { topics: topics.all });
    await produce(topic, ['a']);
    await journal.reaches(1);
    await stop();
    return journal.entries;
  }

  test('a record in flight is finished before the providers of its handler are destroyed', async () => {
    expect(await closingOn(stock)).toEqual(['begins', 'database closed', 'ends']);
    expect(await closingOn(ours)).toEqual(['begins', 'ends', 'database closed']);
  });
});
