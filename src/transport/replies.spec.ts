import { expect, test } from '@jest/globals';
import { concat, of, timer } from 'rxjs';
import type { FailedRecord } from '../pipeline/index.js';
import type { KafkaRecordContext } from './context/kafka-record.context.js';
import { Replies, type ReplyParts } from './replies.js';

const request = {
  rawHeaders: { kafka_correlationId: '1', kafka_replyTopic: 'a.reply' },
  signal: new AbortController().signal,
} as unknown as KafkaRecordContext;

function repliesWith(send: ReplyParts['producer']['send'], failureTopics: readonly string[] = []) {
  const refused: string[] = [];
  const replies = new Replies({
    producer: {
      send,
      native: () => {
        throw new Error('not asked for');
      },
      disconnect: () => Promise.resolve(),
    },
    isFailureTopic: (topic) => failureTopics.includes(topic),
    hidden: () => undefined,
    refused: (_record, { message }) => refused.push(message),
  });
  return { replies, refused };
}

test('a reply that cannot be stored fails only its record, although its stream continues', async () => {
  const { replies } = repliesWith(() => Promise.reject(new Error('the broker is away')));
  // Jest fails a test that leaves a rejection unhandled, as Node ends the process.
  const outcome = replies.respond(request, () => concat(of('a', 'b'), timer(20)));
  await expect(outcome).rejects.toThrow('the broker is away');
});

test('no reply is sent to a topic that holds failed records of the service, and the request is handled', async () => {
  const sent: string[] = [];
  const { replies, refused } = repliesWith(async ({ topic }) => void sent.push(topic), ['a.reply']);
  expect(await replies.respond(request, () => Promise.resolve('handled'))).toBe('handled');
  await expect(replies.respond(request, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await replies.failedForGood({ record: { headers: request.rawHeaders } } as FailedRecord);
  expect(sent).toEqual([]);
  expect(refused).toEqual([expect.stringContaining('a.reply'), expect.stringContaining('a.reply')]);
});
