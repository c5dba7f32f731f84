import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Catch, Controller, type RpcExceptionFilter, UseFilters } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { concat, defer, delay, finalize, from, of, throwError, timer, map, type Observable } from 'rxjs';
import { produce } from '../support/kafka.js';
import { Journal } from './journal.js';
import { Topics } from './topics.js';
import { type ContractService, transports } from './transports.js';

/** What a handler can return; each result notes when it has really ended. */
type Result = (note: (entry: string) => void, payload: string) => unknown;

const RESULTS: Readonly<Record<string, Result>> = {
  'a plain value': (note, payload) => {
    note(`end ${payload}`);
    return { done: true };
  },
  nothing: (note, payload) => note(`end ${payload}`),
  'a promise': async (note, payload) => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    note(`end ${payload}`);
  },
  'a stream of one value': (note, payload) => of(1).pipe(finalize(() => note(`end ${payload}`))),
  'a stream of many values': (note, payload) =>
    concat(of(1), timer(5), timer(5)).pipe(finalize(() => note(`end ${payload}`))),
  'a stream that is cold': (note, payload) => defer(() => of(note(`end ${payload}`))),
  'a promise of a stream': async (note, payload) =>
    from([1, 2]).pipe(
      delay(5),
      finalize(() => note(`end ${payload}`)),
    ),
};

describe.each(transports)('results of handlers on $name', ({ start }) => {
  const topics = new Topics('results');
  const journal = new Journal<string>();
  const note = (entry: string): void => journal.note(entry);
  const failing = topics.named('failing');
  let service: ContractService;

  function controllerOf(result: Result, topic: string) {
    @Controller()
    class ResultController {
      @EventPattern<string>(topic)
      onRecord(@Payload() payload: string): unknown {
        journal.note(`start ${payload}`);
        return result(note, payload);
      }
    }
    return ResultController;
  }

  @Catch()
  class SwallowingFilter implements RpcExceptionFilter<Error> {
    catch({ message }: Error): Observable<unknown> {
      journal.note(message);
      return of(undefined);
    }
  }

  @Controller()
  @UseFilters(SwallowingFilter)
  class FailingController {
    @EventPattern<string>(failing)
    onRecord(): Observable<unknown> {
      const failure = throwError(() => new Error('failed after two'));
      return concat(of(1, 2).pipe(map((value) => journal.note(`value ${value}`))), failure);
    }
  }

  const cases = Object.entries(RESULTS).map(([name, result], index) => ({
    name,
    result,
    topic: topics.named(`result-${index}`),
  }));

  beforeAll(async () => {
    const controllers = [...cases.map(({ result, topic }) => controllerOf(result, topic)), FailingController];
    service = await start({ controllers }, { topics: topics.all });
  });
  afterAll(() => service.stop());
  beforeEach(() => void journal.entries.splice(0));

  test.each(cases)(
    'a record is settled, and the next of its key starts, when $name ends',
    async ({ topic }) => {
      await produce(
        topic,
        ['1', '2'].map((value) => ({ key: 'k', value })),
      );
      await service.settled(topic);
      expect(journal.entries).toEqual(['start 1', 'end 1', 'start 2', 'end 2']);
    },
  );

  test('a handler whose stream fails after some values fails the record', async () => {
    await produce(failing, ['a']);
    await service.settled(failing);
    expect(journal.entries).toEqual(['value 1', 'value 2', 'failed after two']);
  });
});
