import { afterEach, describe, expect, test } from '@jest/globals';
import {
  type BeforeApplicationShutdown,
  Controller,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { Ctx, EventPattern, KafkaContext, Payload, type Server } from '@nestjs/microservices';
import { finalize, firstValueFrom, type Observable, timer } from 'rxjs';
import { committedOffsets, produce } from '../support/kafka.js';
import { Journal } from './journal.js';
import { Topics } from './topics.js';
import { type ContractService, transports } from './transports.js';

describe.each(transports)('the lifecycle of an application on $name', ({ start }) => {
  let service: ContractService | undefined;
  afterEach(() => service?.stop());

  test('lifecycle hooks run once, and a record in flight is finished and committed at shutdown', async () => {
    const topics = new Topics('lifecycle');
    const topic = topics.named('records');
    const journal = new Journal<string>();

    @Injectable()
    class Lived
      implements
        OnModuleInit,
        OnApplicationBootstrap,
        OnModuleDestroy,
        BeforeApplicationShutdown,
        OnApplicationShutdown
    {
      onModuleInit = () => journal.note('init');
      onApplicationBootstrap = () => journal.note('bootstrap');
      onModuleDestroy = () => journal.note('destroy');
      beforeApplicationShutdown = () => journal.note('before shutdown');
      onApplicationShutdown = () => journal.note('shutdown');
    }

    @Controller()
    class SlowController {
      @EventPattern<string>(topic)
      async onRecord(): Promise<void> {
        journal.note('handler begins');
        await new Promise((resolve) => setTimeout(resolve, 300));
        journal.note('handler ends');
      }
    }

    const { groupId, stop } = await start(
      { controllers: [SlowController], providers: [Lived] },
      { topics: topics.all },
    );
    await produce(topic, ['a']);
    await journal.reaches(3);
    await stop();
    const hooks = journal.entries.filter((entry) => !entry.startsWith('handler'));
    expect(hooks).toEqual(['init', 'bootstrap', 'destroy', 'before shutdown', 'shutdown']);
    expect(journal.entries.indexOf('handler ends')).toBeLessThan(journal.entries.indexOf('shutdown'));
    expect(await committedOffsets(groupId, topic)).toEqual(new Map([[0, 1n]]));
  });

  test('instrumentation is told when a call begins and really ends, whatever the handler returns', async () => {
    const topics = new Topics('instrumentation');
    const promised = topics.named('promised');
    const streamed = topics.named('streamed');
    const journal = new Journal<string>();

    @Controller()
    class InstrumentedController {
      @EventPattern<string>(promised)
      async onPromised(@Payload() payload: string, @Ctx() context: KafkaContext): Promise<void> {
        await new Promise(setImmediate);
        journal.note(`handled ${payload} of ${context.getTopic()}`);
      }

      @EventPattern<string>(streamed)
      onStreamed(@Payload() payload: string): Observable<unknown> {
        return timer(10).pipe(finalize(() => journal.note(`handled ${payload} of ${streamed}`)));
      }
    }

    service = await start({ controllers: [InstrumentedController] }, { topics: topics.all });
    const server = await firstValueFrom(service.app.get(ModulesContainer).getRpcTargetRegistry<Server>());
    server.setOnProcessingStartHook((_transport, context, done) => {
      journal.note(`start ${(context as KafkaContext).getTopic()}`);
      return done();
    });
    server.setOnProcessingEndHook((_transport, context) => {
      journal.note(`end ${(context as KafkaContext).getTopic()}`);
    });
    for (const topic of [promised, streamed]) {
      journal.entries.splice(0);
      await produce(topic, ['a']);
      await journal.reaches(3);
      expect(journal.entries).toEqual([`start ${topic}`, `handled a of ${topic}`, `end ${topic}`]);
    }
  });
});
