import { expect, test } from '@jest/globals';
import { concat, of, timer } from 'rxjs';
import type { KafkaRecordContext } from './context/kafka-record.context.js';
import { Replies } from './replies.js';

const request = {
  rawHeaders: { kafka_correlationId: '1', kafka_replyTopic: 'a.reply' },
  signal: new AbortController().signal,
} as unknown as KafkaRecordContext;

test('a reply that cannot be stored fails the record, and nothing else, while its stream goes on', async () => {
  const replies = new Replies({
    send: () => Promise.reject(new Error('the broker is away')),
    native: () => {
      throw new Error('not asked for');
    },
    disconnect: () => Promise.resolve(),
  });
  // Jest fails a test that leaves a rejection unhandled, as Node ends the process.
  const outcome = replies.respond(request, () => concat(of('a', 'b'), timer(20)));
  await expect(outcome).rejects.toThrow('the broker is away');
});
