import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { Observable, of } from 'rxjs';
import { produce } from '../support/kafka.js';
import { Journal } from './journal.js';
import { Topics } from './topics.js';
import { type ContractService, transports } from './transports.js';

describe.each(transports)('several handlers of one topic on $name', ({ start }) => {
  const topics = new Topics('several');
  const inOne = topics.named('in-one-controller');
  const inTwo = topics.named('in-two-controllers');
  const mixed = topics.named('mixed-results');
  const listed = topics.named('listed');
  const journal = new Journal<string>();
  let service: ContractService;

  @Controller()
  class FirstController {
    @EventPattern(inOne)
    one(@Payload() payload: unknown): void {
      journal.note(`first.one ${String(payload)}`);
    }

    @EventPattern(inOne)
    another(@Payload() payload: unknown): void {
      journal.note(`first.another ${String(payload)}`);
    }

    @EventPattern(inTwo)
    shared(@Payload() payload: unknown): void {
      journal.note(`first.shared ${String(payload)}`);
    }

    @EventPattern<string>(mixed)
    value(): string {
      journal.note('a value');
      return 'done';
    }

    @EventPattern<string>(mixed)
    async promise(): Promise<void> {
      await new Promise(setImmediate);
      journal.note('a promise');
    }

    @EventPattern<string[]>([listed, topics.named('listed-too')])
    list(@Payload() payload: unknown): void {
      journal.note(`first.list ${String(payload)}`);
    }
  }

  @Controller()
  class SecondController {
    @EventPattern(inTwo)
    shared(@Payload() payload: unknown): void {
      journal.note(`second.shared ${String(payload)}`);
    }

    @EventPattern<string>(mixed)
    stream(): Observable<number> {
      journal.note('a stream');
      return of(1, 2, 3);
    }

    @EventPattern(listed)
    name(@Payload() payload: unknown): void {
      journal.note(`second.name ${String(payload)}`);
    }
  }

  beforeAll(async () => {
    const controllers = [FirstController, SecondController];
    service = await start({ controllers }, { topics: topics.all });
  });
  afterAll(() => service.stop());
  beforeEach(() => void journal.entries.splice(0));

  test('all handlers of one controller get the record', async () => {
    await produce(inOne, ['a']);
    await service.settled(inOne);
    expect(journal.entries.toSorted()).toEqual(['first.another a', 'first.one a']);
  });

  test('the handlers of two controllers get the record', async () => {
    await produce(inTwo, ['a']);
    await service.settled(inTwo);
    expect(journal.entries.toSorted()).toEqual(['first.shared a', 'second.shared a']);
  });

  test('a record is settled once all of its handlers have finished: a value, a promise and a stream', async () => {
    await produce(mixed, ['a']);
    await service.settled(mixed);
    expect(journal.entries.toSorted()).toEqual(['a promise', 'a stream', 'a value']);
  });

  test('a topic that is part of a pattern list may have another handler of its name', async () => {
    await produce(listed, ['a']);
    await service.settled(listed);
    expect(journal.entries.toSorted()).toEqual(['first.list a', 'second.name a']);
  });
});
