import { describe, expect, test } from '@jest/globals';
import { Database } from './database.js';
import { NestedConnectionError } from './errors.js';
import { AnsweringSource } from './testing/answering-source.js';

const insert = 'INSERT INTO audit VALUES (1)';

describe('a handler that needs a second connection', () => {
  test.each([1, 2, 10])(
    'handlers that need a second connection finish even if they hold all of %d connections',
    async (size) => {
      const source = new AnsweringSource(size);
      const database = new Database(async () => source);
      const handlers = Array.from({ length: 3 * size }, () =>
        database.transaction(async () => {
          await new Promise(setImmediate);
          await database.outside(() => database.query(insert));
          await database.outside(() => database.transaction(() => database.query(insert)));
        }),
      );
      await Promise.all(handlers);
      expect(source.mostInUse).toBeLessThanOrEqual(size + 1);
      expect(source.inUse).toBe(0);
    },
  );

  test('a handler may call outside() repeatedly in a transaction that is over', async () => {
    const source = new AnsweringSource(1, 0);
    const database = new Database(async () => source);
    await database.transaction(async (transaction) => {
      await transaction.commit();
      await database.outside(() => database.query(insert));
      await database.outside(() => database.transaction(() => database.query(insert)));
    });
    expect(source.inUse).toBe(0);
  });

  test('a handler that requests a third connection fails at once, since waiting could deadlock', async () => {
    const source = new AnsweringSource(10);
    const database = new Database(async () => source);
    const third = (): Promise<unknown> => database.outside(() => database.query(insert));
    const nested = database.transaction(() => database.outside(() => database.transaction(third)));
    await expect(nested).rejects.toThrow(NestedConnectionError);
    expect(source.inUse).toBe(0);
  });

  test('a handler that requests a second connection of a database with only one fails instead of waiting for itself', async () => {
    const source = new AnsweringSource(1, 0);
    const database = new Database(async () => source);
    const nested = database.transaction(() => database.outside(() => database.query(insert)));
    await expect(nested).rejects.toMatchObject({ code: 'NESTED_CONNECTION' });
    await expect(database.query(insert)).resolves.toBeDefined();
  });
});
