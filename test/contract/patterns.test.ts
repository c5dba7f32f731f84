import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, KafkaContext, Payload, Transport } from '@nestjs/microservices';
import { produce } from '../support/kafka.js';
import { Journal } from './journal.js';
import { Topics } from './topics.js';
import { type ContractService, transports } from './transports.js';

describe.each(transports)('patterns on $name', ({ start }) => {
  const topics = new Topics('patterns');
  const { prefix } = topics;
  const topic = (name: string): string => topics.named(name);
  for (const matched of ['regex-1', 'global-1', 'mixed-1']) topics.named(matched);
  const journal = new Journal<string>();
  let service: ContractService;

  const note = (handler: string, payload: unknown, context?: KafkaContext): void =>
    journal.note([handler, context?.getTopic().slice(prefix.length + 1), payload].filter(Boolean).join(' '));

  @Controller()
  class FirstController {
    @EventPattern(topic('name'))
    byName(@Payload() payload: unknown): void {
      note('by name', payload);
    }

    @EventPattern(topic('other'))
    ofAnotherTopic(@Payload() payload: unknown): void {
      note('of another topic', payload);
    }

    @EventPattern<string[]>([topic('list-1'), topic('list-2')])
    byList(@Payload() payload: unknown, @Ctx() context: KafkaContext): void {
      note('by list', payload, context);
    }

    @EventPattern<RegExp>(new RegExp(`^${prefix}\\.regex-\\d$`))
    byRegex(@Payload() payload: unknown, @Ctx() context: KafkaContext): void {
      note('by regex', payload, context);
    }

    @EventPattern<RegExp>(new RegExp(`^${prefix}\\.global-\\d$`, 'g'))
    byGlobalRegex(@Payload() payload: unknown): void {
      note('by global regex', payload);
    }

    @EventPattern<(string | RegExp)[]>([topic('mixed'), new RegExp(`^${prefix}\\.mixed-\\d$`)])
    byNameAndRegexInOneList(@Payload() payload: unknown, @Ctx() context: KafkaContext): void {
      note('by list', payload, context);
    }

    @EventPattern<RegExp>(new RegExp(`^${prefix}\\.both`))
    byRegexThatMeetsAName(@Payload() payload: unknown): void {
      note('by regex', payload);
    }

    @EventPattern<string>(topic('both'), Transport.KAFKA, { an: 'extra' })
    byNameThatARegexMeets(@Payload() payload: unknown): void {
      note('by name', payload);
    }

    @EventPattern<string>(topic('name'), Transport.TCP)
    ofAnotherTransport(@Payload() payload: unknown): void {
      note('of another transport', payload);
    }
  }

  beforeAll(async () => {
    service = await start({ controllers: [FirstController] }, { topics: topics.all });
  });
  afterAll(() => service.stop());
  beforeEach(() => void journal.entries.splice(0));

  test('a string pattern is the name of a topic, and a handler of another transport is not called', async () => {
    await produce(topic('name'), ['a']);
    await service.settled(topic('name'));
    expect(journal.entries).toEqual(['by name a']);
  });

  test('each handler of a controller gets the records of its own topics', async () => {
    await produce(topic('other'), ['a']);
    await service.settled(topic('other'));
    expect(journal.entries).toEqual(['of another topic a']);
  });

  test('a pattern that is an array of strings names several topics', async () => {
    await produce(topic('list-1'), ['a']);
    await produce(topic('list-2'), ['b']);
    expect([...(await journal.reaches(2))].toSorted()).toEqual(['by list list-1 a', 'by list list-2 b']);
  });

  test('a regular expression selects the topics that it matches', async () => {
    await produce(topic('regex-1'), ['a']);
    expect(await journal.reaches(1)).toEqual(['by regex regex-1 a']);
  });

  test('a regular expression with the g flag matches every record, not every other one', async () => {
    await produce(topic('global-1'), ['a', 'b', 'c']);
    await service.settled(topic('global-1'));
    expect(journal.entries).toEqual(['a', 'b', 'c'].map((each) => `by global regex ${each}`));
  });

  test('a pattern list may contain names and regular expressions', async () => {
    await produce(topic('mixed'), ['a']);
    await produce(topic('mixed-1'), ['b']);
    expect([...(await journal.reaches(2))].toSorted()).toEqual(['by list mixed a', 'by list mixed-1 b']);
  });

  test('a handler with the name of a topic takes precedence over a matching regular expression, in any order of declaration', async () => {
    await produce(topic('both'), ['a']);
    await service.settled(topic('both'));
    expect(journal.entries).toEqual(['by name a']);
  });
});
