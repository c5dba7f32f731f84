import { describe, expect, jest, test } from '@jest/globals';
import { PackedMessages, UnreadableMessages } from '../../src/client/kafkajs/packed-messages.js';
import { decodeFetchResponse } from '../../src/client/kafkajs/patches/fetch/fetch-decoder.js';
import { bombs } from './bombs.js';
import { type Decode, fuzz } from './fuzz.js';
import { threadCpuMs } from './turns.js';

jest.setTimeout(120_000);

type Messages = Awaited<
  ReturnType<typeof decodeFetchResponse>
>['responses'][number]['partitions'][number]['messages'];

/** The project's own reader with a planted defect: its result for a partition is changed. */
function defective(change: (messages: Messages) => Messages): Decode {
  return async (...question) => {
    const answer = await decodeFetchResponse(...question);
    for (const { partitions } of answer.responses) {
      for (const partition of partitions) partition.messages = change(partition.messages);
    }
    return answer;
  };
}

const ofPacked = (change: (packed: PackedMessages) => Messages): Decode =>
  defective((messages) => {
    const [packed] = messages;
    return packed instanceof PackedMessages && packed.records.length > 0 ? change(packed) : messages;
  });

describe('mutations of the answers of brokers', () => {
  test('no mutation of a response crashes the reader, blocks the event loop, takes too much memory, or invents records', async () => {
    const { findings, unreadable, records } = await fuzz({ seed: 2026, cases: 2_000, bombs: await bombs() });
    expect(findings).toEqual([]);
    expect(unreadable).toBeGreaterThan(500);
    expect(records).toBeGreaterThan(5_000);
  });

  test('mutations of responses find a defect that blocks the event loop', async () => {
    const decode: Decode = async (...question) => {
      const until = threadCpuMs() + 100;
      while (threadCpuMs() < until);
      return decodeFetchResponse(...question);
    };
    const { findings } = await fuzz({ seed: 2026, cases: 1, bombs: [], decode });
    expect(findings.map(({ broken }) => broken)).toContainEqual(expect.stringMatching(/a turn of/));
  });

  test.each<[string, Decode, RegExp]>([
    [
      'moves the position too far',
      ofPacked(({ offset, records }) => [new PackedMessages(String(BigInt(offset) + 1n), records, offset)]),
      /beyond every batch|is committed/,
    ],
    [
      'loses the last record',
      ofPacked(({ offset, records }) => [new PackedMessages(offset, records.slice(0, -1), offset)]),
      /differ from those that were written/,
    ],
    [
      'returns records twice',
      ofPacked(({ offset, records }) => [new PackedMessages(offset, [...records, ...records], offset)]),
      /a record at/,
    ],
    [
      'skips unreadable batches',
      defective((messages) => (messages[0] instanceof UnreadableMessages ? [] : messages)),
      /skipped without an error/,
    ],
    [
      'throws at unreadable batches',
      defective((messages) => {
        const [first] = messages;
        if (first instanceof UnreadableMessages) throw first.error;
        return messages;
      }),
      /reading it throws/,
    ],
  ])('mutations of responses find a defect that %s', async (_what, decode, broken) => {
    const { findings } = await fuzz({ seed: 2026, cases: 300, bombs: [], decode });
    expect(findings.map((each) => each.broken)).toContainEqual(expect.stringMatching(broken));
  });
});
