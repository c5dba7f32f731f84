import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type CallHandler,
  Controller,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import { EventPattern, KafkaContext, Payload } from '@nestjs/microservices';
import { catchError, finalize, map, type Observable, of, tap } from 'rxjs';
import { produce } from '../support/kafka.js';
import { Journal } from './journal.js';
import { Topics } from './topics.js';
import { type ContractService, transports } from './transports.js';

describe.each(transports)('interceptors on $name', ({ start }) => {
  const topics = new Topics('interceptors');
  const ordered = topics.named('ordered');
  const mapped = topics.named('mapped');
  const timed = topics.named('timed');
  const failing = topics.named('failing');
  const skipped = topics.named('skipped');
  const many = topics.named('many');
  const journal = new Journal<unknown>();
  let service: ContractService;

  function around(name: string): NestInterceptor {
    return {
      intercept(_context: ExecutionContext, next: CallHandler) {
        journal.note(`before ${name}`);
        return next.handle().pipe(finalize(() => journal.note(`after ${name}`)));
      },
    };
  }

  const results: NestInterceptor = {
    intercept: (_context, next) => next.handle().pipe(tap((result: unknown) => journal.note({ result }))),
  };
  const doubled: NestInterceptor = {
    intercept: (_context, next) => next.handle().pipe(map((result: number) => result * 2)),
  };

  @Injectable()
  class TimingInterceptor implements NestInterceptor {
    intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
      const began = performance.now();
      const topic = context.switchToRpc().getContext<KafkaContext>().getTopic();
      const finish = () => journal.note({ topic, slow: performance.now() - began >= 20 });
      return next.handle().pipe(finalize(finish));
    }
  }

  const rescue: NestInterceptor = {
    intercept: (_context, next) =>
      next.handle().pipe(
        catchError((error: unknown) => {
          journal.note({ rescued: error });
          return of('instead');
        }),
      ),
  };
  const answerAtOnce: NestInterceptor = { intercept: () => of('from the cache') };

  class OutOfStockError extends Error {}

  @Controller()
  @UseInterceptors(around('controller'))
  class OrderedController {
    @UseInterceptors(around('method'))
    @EventPattern<string>(ordered)
    onRecord(@Payload() payload: unknown): void {
      journal.note(payload);
    }
  }

  @Controller()
  class InterceptedController {
    @UseInterceptors(results, doubled)
    @EventPattern<string>(mapped)
    onMapped(@Payload('amount') amount: number): number {
      return amount;
    }

    @UseInterceptors(results)
    @EventPattern<string>(many)
    onMany(): Observable<number> {
      return of(1, 2, 3);
    }

    @UseInterceptors(TimingInterceptor)
    @EventPattern<string>(timed)
    async onTimed(): Promise<void> {
      await new Promise((resolve) => setTimeout(resolve, 30));
    }

    @UseInterceptors(rescue)
    @EventPattern<string>(failing)
    onFailing(): void {
      throw new OutOfStockError('out of stock');
    }

    @UseInterceptors(results, answerAtOnce)
    @EventPattern<string>(skipped)
    onSkipped(@Payload() payload: unknown): void {
      journal.note(payload);
    }
  }

  beforeAll(async () => {
    const controllers = [OrderedController, InterceptedController];
    service = await start({ controllers }, { topics: topics.all });
  });
  afterAll(() => service.stop());
  beforeEach(() => void journal.entries.splice(0));

  async function seenOf(topic: string, value: string): Promise<readonly unknown[]> {
    await produce(topic, [value]);
    await service.settled(topic);
    return journal.entries;
  }

  test('interceptors of the controller run around those of the method', async () => {
    const inside = ['before controller', 'before method', 'a', 'after method', 'after controller'];
    expect(await seenOf(ordered, 'a')).toEqual(inside);
  });

  test('an interceptor may map the result, and the outer interceptor gets the mapped one', async () => {
    expect(await seenOf(mapped, '{"amount":21}')).toEqual([{ result: 42 }]);
  });

  test('an interceptor gets each value of a stream', async () => {
    expect(await seenOf(many, 'a')).toEqual([{ result: 1 }, { result: 2 }, { result: 3 }]);
  });

  test('an interceptor may measure the duration of an asynchronous handler', async () => {
    expect(await seenOf(timed, 'a')).toEqual([{ topic: timed, slow: true }]);
  });

  test('an interceptor may catch an error of the handler with its class, and the record is settled', async () => {
    expect(await seenOf(failing, 'a')).toEqual([{ rescued: new OutOfStockError('out of stock') }]);
  });

  test('an interceptor may replace the call of the handler', async () => {
    expect(await seenOf(skipped, 'a')).toEqual([{ result: 'from the cache' }]);
  });
});
