import { describe, expect, test } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { loadConfig } from '../config/index.js';
import { Database } from '../database/index.js';
import { AnsweringSource } from '../database/testing/answering-source.js';
import { deliverRecord } from './delivery.js';
import { PostgresStore } from './postgres.store.js';
import type { InFlightRecord } from '../pipeline/index.js';
import { Scene } from '../pipeline/testing/scene.js';
import { KafkaBatchContext, KafkaRecordContext } from '../transport/index.js';
import { OffsetsService } from '../offsets/index.js';

const offsets = new OffsetsService();
const notAskedFor = (): never => {
  throw new Error('not asked for');
};
const IDEMPOTENT = { name: 'h', groupId: 'g', scope: 's', key: 'position', isManual: true } as const;
const services = { nativeConsumer: notAskedFor, nativeProducer: notAskedFor };
const contextOf = (record: InFlightRecord): KafkaRecordContext =>
  new KafkaRecordContext(record, undefined, services);

/** Calls a manual handler with one record. Returns its error and the committed offset. */
async function handling(
  work: (context: KafkaRecordContext, database: Database, record: InFlightRecord) => Promise<unknown>,
): Promise<{ code: unknown; committed: string }> {
  const database = new Database(async () => new AnsweringSource(2));
  const outcomes: unknown[] = [];
  const scene = new Scene('a', {
    commit: 'manual',
    attempts: 1,
    onFailure: 'stop',
    invoke: async (record) => {
      try {
        await work(contextOf(record), database, record);
        outcomes.push('returned');
      } catch (error) {
        outcomes.push(error instanceof Error && 'code' in error ? error.code : error);
        throw error;
      }
    },
  });
  await scene.fetch();
  for (let waited = 0; waited < 100 && outcomes.length === 0; waited++) {
    await turn();
    await scene.clock.advance(20);
  }
  return { code: outcomes[0], committed: await scene.committed() };
}

describe('a record that is confirmed within a transaction that is not committed', () => {
  const refused = { code: 'OPEN_TRANSACTION', committed: '0' };

  test('a commit within an open transaction is rejected, and the offset is not committed', async () => {
    expect(
      await handling((context, database) => database.transaction(() => offsets.commit(context))),
    ).toEqual(refused);
  });

  test('an acknowledgement within an open transaction, or the commit of a batch, is rejected', async () => {
    const acknowledged = handling((context, database) =>
      database.transaction(async () => offsets.acknowledge(context)),
    );
    expect(await acknowledged).toEqual(refused);
    const batch = handling((_context, database, record) =>
      database.transaction(() =>
        offsets.commit(new KafkaBatchContext([record], record, [undefined], services)),
      ),
    );
    expect(await batch).toEqual(refused);
  });

  test('a commit in database.outside() is rejected while the transaction around it is open', async () => {
    const outcome = handling((context, database) =>
      database.transaction(() =>
        database.outside(() =>
          database.transaction(async (inner) => {
            await inner.commit();
            await offsets.commit(context);
          }),
        ),
      ),
    );
    expect(await outcome).toEqual(refused);
  });

  test('a commit is rejected while the commit of the transaction is in progress', async () => {
    const outcome = handling((context, database) =>
      database.transaction(async (transaction) => {
        void transaction.commit();
        await offsets.commit(context);
      }),
    );
    expect(await outcome).toEqual(refused);
  });
});

describe('a record is confirmed', () => {
  const taken = { code: 'returned', committed: '1' };

  test('a record may be committed after its transaction, or within it once that is committed', async () => {
    const after = handling(async (context, database) => {
      await database.transaction(() => database.query('INSERT'));
      await offsets.commit(context);
    });
    expect(await after).toEqual(taken);
    const within = handling((context, database) =>
      database.transaction(async (transaction) => {
        await transaction.commit();
        await offsets.commit(context);
      }),
    );
    expect(await within).toEqual(taken);
  });

  test('a commit within an idempotent handler commits the transaction first', async () => {
    const outcome = handling((context, database) =>
      deliverRecord(new PostgresStore(database, loadConfig({})), IDEMPOTENT, {
        payload: undefined,
        context,
        call: async (_payload, own) => {
          await database.query('INSERT');
          await offsets.commit(own);
        },
      }),
    );
    expect(await outcome).toEqual(taken);
  });
});
