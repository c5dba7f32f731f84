import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { z } from 'zod';
import { BatchRecordError, type KafkaHandlerOptions } from '../../../src/transport/index.js';
import { createTopic, isCaughtUp, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { readTopic } from '../../support/read-topic.js';
import { startHandlers, stopServices } from '../confirming/handler-service.js';

jest.setTimeout(60_000);
afterEach(stopServices);

const COUNT = 20;
const PLACES: readonly (readonly [string, readonly number[]])[] = [
  ['at its start', [0]],
  ['in its middle', [9]],
  ['at its end', [19]],
  ['five of them', [0, 4, 5, 13, 19]],
];

interface Item {
  readonly id: number;
  readonly bad: boolean;
}
const isItem = (item: unknown): item is Item => typeof item === 'object' && item !== null && 'id' in item;

/** A way to report which records of a batch failed. */
interface Naming {
  readonly name: string;
  readonly options?: KafkaHandlerOptions;
  /** The value of a poison record. */
  readonly poison?: (id: number) => string;
  /** Handles a batch and reports each handled item. */
  readonly handle: (items: readonly Item[], done: (item: Item) => void) => unknown;
  /** Whether a good record may be handled again. */
  readonly repeats?: boolean;
}

function fail({ id, bad }: Item): void {
  if (bad) throw new Error(`no use: ${id}`);
}

const NAMINGS: readonly Naming[] = [
  {
    name: 'by BatchRecordError',
    handle: (items, done) => {
      for (const [index, item] of items.entries()) {
        try {
          fail(item);
        } catch (error) {
          throw new BatchRecordError(index, error);
        }
        done(item);
      }
    },
  },
  {
    name: 'by an outcome for each record',
    handle: (items, done) =>
      Promise.allSettled(
        items.map(async (item) => {
          fail(item);
          done(item);
        }),
      ),
  },
  {
    name: 'by a value that is not JSON',
    poison: (id) => `{"id":${id}`,
    handle: (items, done) => items.forEach(done),
  },
  {
    name: 'by a value that breaks the schema',
    options: { schema: z.object({ id: z.number(), bad: z.literal(false) }) },
    handle: (items, done) => items.forEach(done),
  },
  {
    name: 'by nobody',
    repeats: true,
    handle: (items, done) => {
      for (const item of items) {
        fail(item);
        done(item);
      }
    },
  },
];

describe.each(NAMINGS)('a batch whose poison is named $name', (naming) => {
  test.each(PLACES)(
    'a batch with a poison record %s loses nothing and dead-letters only that record',
    async (_where, places) => {
      const topic = await createTopic(uniqueName('batch'));
      const bad = new Set(places);
      const valueOf = (id: number): string =>
        bad.has(id) && naming.poison ? naming.poison(id) : JSON.stringify({ id, bad: bad.has(id) });
      const values = Array.from({ length: COUNT }, (_, id) => valueOf(id));
      await produce(topic, values);
      const handled: number[] = [];
      const { groupId } = await startHandlers([
        {
          topic,
          options: {
            read: 'batch',
            value: 'json',
            batch: { maxRecords: COUNT, maxWaitMs: 300 },
            retry: { attempts: 2, initialMs: 10 },
            ...naming.options,
          },
          handle: (payload) => {
            const items = Array.isArray(payload) ? payload.filter(isItem) : [];
            return naming.handle(items, ({ id }) => void handled.push(id));
          },
        },
      ]);
      await waitFor(() => isCaughtUp(groupId, topic), { what: 'the end' });
      const letters = await readTopic(`${topic}.dlt`);
      expect(letters.map(({ value }) => String(value)).toSorted()).toEqual(
        places.map((id) => values[id]).toSorted(),
      );
      const good = values.flatMap((_, id) => (bad.has(id) ? [] : [id]));
      const seen = naming.repeats ? [...new Set(handled)] : handled;
      expect(seen.toSorted((a, b) => a - b)).toEqual(good);
    },
  );
});
