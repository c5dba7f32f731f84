import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Catch, Controller, type RpcExceptionFilter, UseFilters } from '@nestjs/common';
import {
  ClientKafka,
  Ctx,
  KafkaContext,
  KafkaRetriableException,
  MessagePattern,
  Payload,
} from '@nestjs/microservices';
import { lastValueFrom, type Observable, throwError, toArray } from 'rxjs';
import { brokers, produce, uniqueName } from '../support/kafka.js';
import { ANSWERS } from './answers.js';
import { Journal } from './journal.js';
import { Topics } from './topics.js';
import { type ContractService, createTopics, transports } from './transports.js';

describe.each(transports)('requests on $name', ({ start }) => {
  const topics = new Topics('requests');
  const filtered = topics.named('filtered');
  const retriable = topics.named('retriable');
  const headersOf = topics.named('headers');
  const withoutAddress = topics.named('without-address');
  const journal = new Journal<unknown>();
  const topicOf = (name: string): string => `${topics.prefix}.${name}`;
  let service: ContractService;
  let client: ClientKafka;

  function controllerOf(name: string) {
    const answer = ANSWERS[name];
    @Controller()
    class RequestController {
      @MessagePattern(topics.named(name))
      onRequest(@Payload() payload: unknown): unknown {
        return answer?.(payload);
      }
    }
    return RequestController;
  }

  @Catch()
  class TranslatingFilter implements RpcExceptionFilter<Error> {
    catch({ message }: Error): Observable<never> {
      return throwError(() => ({ translated: message }));
    }
  }

  @Controller()
  class OtherController {
    @UseFilters(TranslatingFilter)
    @MessagePattern(filtered)
    onFiltered(): void {
      throw new Error('from the handler');
    }

    @MessagePattern(retriable)
    onRetriable(): string {
      journal.note('called');
      if (journal.entries.length === 1) throw new KafkaRetriableException('not yet');
      return 'at the second attempt';
    }

    @MessagePattern(headersOf)
    onHeaders(@Ctx() context: KafkaContext): object {
      return Object.keys(context.getMessage().headers ?? {});
    }

    @MessagePattern(withoutAddress)
    onEvent(@Payload() payload: unknown): string {
      journal.note(payload);
      return 'nobody waits for it';
    }
  }

  const ask = (topic: string): Promise<unknown[]> =>
    lastValueFrom(client.send(topic, { id: 7 }).pipe(toArray()));

  beforeAll(async () => {
    const controllers = [...Object.keys(ANSWERS).map(controllerOf), OtherController];
    const asked = topics.all.filter((topic) => topic !== withoutAddress);
    await createTopics(asked.map((topic) => `${topic}.reply`));
    service = await start({ controllers }, { topics: topics.all });
    client = new ClientKafka({
      client: { brokers: brokers().split(',') },
      consumer: { groupId: uniqueName('contract-client'), maxWaitTimeInMs: 20 },
      subscribe: { fromBeginning: true },
    });
    for (const topic of asked) client.subscribeToResponseOf(topic);
    await client.connect();
  });
  afterAll(async () => {
    await client.close();
    await service.stop();
  });

  test.each([
    ['value', [{ got: { id: 7 } }]],
    ['text', ['text']],
    ['promise', [{ got: { id: 7 } }]],
    ['stream-of-one', [{ got: { id: 7 } }]],
    ['stream-of-many', ['a', 'b', 'c']],
    ['empty-stream', [null]],
    ['with-key', [{ inner: true }]],
  ])('the client of a request gets the reply of a handler with a %s', async (name, answers) => {
    expect(await ask(topicOf(name))).toEqual(answers);
  });

  test.each([
    ['rpc-exception', { status: 'error', message: 'refused' }],
    ['rpc-exception-with-object', { code: 409, reason: 'conflict' }],
    ['unknown-error', { status: 'error', message: 'Internal server error' }],
    ['thrown-text', { status: 'error', message: 'Internal server error' }],
    ['stream-that-fails', { status: 'error', message: 'late' }],
  ])('the client of a handler with a %s gets only the error that Nest sends', async (name, error) => {
    await expect(ask(topicOf(name))).rejects.toEqual(error);
    await service.settled(topicOf(name));
  });

  test('a filter may choose the error that the client gets', async () => {
    await expect(ask(filtered)).rejects.toEqual({ translated: 'from the handler' });
  });

  test('a KafkaRetriableException is not sent as a reply: the request is retried', async () => {
    expect(await ask(retriable)).toEqual(['at the second attempt']);
    expect(journal.entries.splice(0)).toEqual(['called', 'called']);
  });

  test('the handler gets the headers of the request', async () => {
    const names = ['kafka_correlationId', 'kafka_replyPartition', 'kafka_replyTopic'];
    expect(await ask(headersOf)).toEqual([expect.arrayContaining(names)]);
  });

  test('a record without a reply topic is handled as an event', async () => {
    await produce(withoutAddress, ['a', { value: 'b', headers: { kafka_correlationId: 'x' } }]);
    await service.settled(withoutAddress);
    expect(journal.entries).toEqual(['a', 'b']);
  });
});
