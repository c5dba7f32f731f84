import { describe, expect, test } from '@jest/globals';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, KafkaContext, Payload } from '@nestjs/microservices';
import { committedOffsets, produce, uniqueName } from '../support/kafka.js';
import { Journal } from './journal.js';
import { Topics } from './topics.js';
import { transports } from './transports.js';

/** As in Nest's documentation. */
async function commit(context: KafkaContext): Promise<void> {
  const { offset } = context.getMessage();
  const [topic, partition] = [context.getTopic(), context.getPartition()];
  await context.getConsumer().commitOffsets([{ topic, partition, offset: (BigInt(offset) + 1n).toString() }]);
}

describe.each(transports)('commits on $name', ({ start }) => {
  const topics = new Topics('commit');
  const manual = topics.named('manual');
  const never = topics.named('never');
  const automatic = topics.named('automatic');
  const journal = new Journal<unknown>();
  const committedThen = new Journal<unknown>();

  @Controller()
  class ManualController {
    @EventPattern<string>(manual)
    async onRecord(@Payload() payload: unknown, @Ctx() context: KafkaContext): Promise<void> {
      if (payload === 'commit') {
        await commit(context);
        const committed = await committedOffsets(groupId, manual);
        committedThen.note(committed.get(0));
      }
      journal.note(payload);
    }

    @EventPattern(never)
    onRecordNeverCommitted(@Payload() payload: unknown): void {
      journal.note(payload);
    }
  }

  @Controller()
  class AutomaticController {
    @EventPattern(automatic)
    onRecord(@Payload() payload: unknown): void {
      journal.note(payload);
    }
  }

  const groupId = uniqueName('contract-commit');
  const startManual = () =>
    start({ controllers: [ManualController] }, { topics: topics.all, commit: 'manual', groupId });

  test('a handler commits its record and all before it, and the commit resolves once the broker has acknowledged it', async () => {
    const service = await startManual();
    await produce(manual, ['first', 'commit', 'last']);
    expect(await journal.reaches(3)).toEqual(['first', 'commit', 'last']);
    expect(committedThen.entries).toEqual([2n]);
    await service.stop();
    expect(await committedOffsets(groupId, manual)).toEqual(new Map([[0, 2n]]));
  });

  test('a record that was not committed is delivered again to the next member of the group', async () => {
    journal.entries.splice(0);
    await produce(never, ['never committed']);
    const service = await startManual();
    expect([...(await journal.reaches(2))].toSorted()).toEqual(['last', 'never committed']);
    await service.stop();
    const committed = await committedOffsets(groupId, never);
    expect(committed.get(0) ?? 0n).toBe(0n);
    expect(await committedOffsets(groupId, manual)).toEqual(new Map([[0, 2n]]));
  });

  test('by default the transport commits a record once its handler has returned', async () => {
    journal.entries.splice(0);
    const service = await start({ controllers: [AutomaticController] }, { topics: topics.all });
    await produce(automatic, ['a', 'b']);
    await journal.reaches(2);
    await service.settled(automatic);
    expect(await committedOffsets(service.groupId, automatic)).toEqual(new Map([[0, 2n]]));
    await service.stop();
  });

  test('handled records are committed at the latest when the service stops', async () => {
    journal.entries.splice(0);
    const service = await start({ controllers: [AutomaticController] }, { topics: topics.all });
    await journal.reaches(2);
    await service.stop();
    expect(await committedOffsets(service.groupId, automatic)).toEqual(new Map([[0, 2n]]));
  });
});
