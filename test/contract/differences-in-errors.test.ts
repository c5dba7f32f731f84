import { describe, expect, test } from '@jest/globals';
import { Catch, Controller, type ExceptionFilter, type RpcExceptionFilter, UseFilters } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import type { Consumer, ConsumerCrashEvent } from 'kafkajs';
import { type Observable, throwError } from 'rxjs';
import { KafkaRuntime } from '../../src/transport/index.js';
import { produce, waitFor } from '../support/kafka.js';
import { bothSides } from './difference-sides.js';
import type { ContractService } from './transports.js';

const stockRetry = { retries: 1, initialRetryTime: 20 };

class OutOfStockError extends Error {}

/** Resolves with the error that ends the consumer of Nest's transport. */
function crashOf({ app }: ContractService): Promise<ConsumerCrashEvent['payload']> {
  const [, consumer] = app.getMicroservices()[0]?.unwrap<[unknown, Consumer]>() ?? [];
  return new Promise((resolve) => consumer?.on('consumer.crash', ({ payload }) => resolve(payload)));
}

/** The record of our transport that holds back the commit after its handler has failed. */
function failingRecord({ app, groupId }: ContractService) {
  const find = () => {
    const [partition] = app.get(KafkaRuntime).group(groupId)?.pipeline.partitions ?? [];
    const oldest = partition?.status.oldest;
    return oldest?.failures ? oldest : undefined;
  };
  return waitFor(find, { what: 'a handler that fails', everyMs: 5 });
}

describe('an error that no filter catches', () => {
  let isFailing = true;
  const { stock, ours } = bothSides('lost-errors', ({ topics }) => {
    @Controller()
    class FailingController {
      @EventPattern<string>(topics.named('failing'))
      onRecord(): void {
        if (isFailing) throw new OutOfStockError('out of stock');
      }
    }
    return { controllers: [FailingController], stockRetry };
  });

  test('an error that no filter catches keeps its class and stack, is retried in place and does not restart the consumer', async () => {
    const crash = crashOf(stock.running);
    for (const { topics } of [stock, ours]) await produce(topics.named('failing'), ['a']);
    const { error, restart } = await crash;
    const { lastError } = await failingRecord(ours.running);
    isFailing = false;
    expect(error.message).toBe('Internal server error');
    expect(error.cause).not.toBeInstanceOf(OutOfStockError);
    expect(restart).toBe(true);
    expect(lastError).toBeInstanceOf(OutOfStockError);
    expect(lastError).toMatchObject({ stack: expect.stringContaining('FailingController.onRecord') });
    await ours.running.settled(ours.topics.named('failing'));
    await stock.running.settled(stock.topics.named('failing'));
    const { groups } = ours.running.app.get(KafkaRuntime);
    expect(groups.map(({ status }) => status.restarts)).toEqual([0]);
  });
});

describe('a TypeError that a filter passes on', () => {
  let isFailing = true;
  const { stock, ours } = bothSides('type-errors', ({ topics }) => {
    @Catch()
    class PassingFilter implements RpcExceptionFilter {
      catch(error: unknown): Observable<never> {
        return throwError(() => error);
      }
    }

    @Controller()
    @UseFilters(PassingFilter)
    class FailingController {
      @EventPattern<string>(topics.named('failing'))
      onRecord(): void {
        if (isFailing) throw new TypeError('undefined is not a function');
      }
    }
    return { controllers: [FailingController], stockRetry };
  });

  test('a TypeError that a filter passes on is retried like any other error and does not end the consumer', async () => {
    const crash = crashOf(stock.running);
    for (const { topics } of [stock, ours]) await produce(topics.named('failing'), ['a']);
    expect(await crash).toMatchObject({ error: { cause: expect.any(TypeError) }, restart: false });
    expect((await failingRecord(ours.running)).lastError).toBeInstanceOf(TypeError);
    isFailing = false;
    await ours.running.settled(ours.topics.named('failing'));
  });
});

describe('an error that a filter only logs', () => {
  let isFailing = true;
  const { stock, ours } = bothSides('logged-errors', ({ topics, journal }) => {
    @Catch()
    class LoggingFilter implements ExceptionFilter {
      catch(error: unknown): void {
        journal.note(error);
      }
    }

    @Controller()
    @UseFilters(LoggingFilter)
    class FailingController {
      @EventPattern<string>(topics.named('failing'))
      onRecord(): void {
        if (isFailing) throw new OutOfStockError('out of stock');
      }
    }
    return { controllers: [FailingController], stockRetry };
  });

  test('an error that a filter only logs is retried, and reaches both transports as Nest has converted it', async () => {
    const crash = crashOf(stock.running);
    for (const { topics } of [stock, ours]) await produce(topics.named('failing'), ['a']);
    expect((await crash).error.message).toBe('Internal server error');
    const { lastError } = await failingRecord(ours.running);
    expect(lastError).toEqual({ status: 'error', message: 'Internal server error' });
    expect(ours.journal.entries).toContainEqual(new OutOfStockError('out of stock'));
    isFailing = false;
    await ours.running.settled(ours.topics.named('failing'));
    await stock.running.settled(stock.topics.named('failing'));
  });
});
