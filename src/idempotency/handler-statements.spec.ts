import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { loadConfig } from '../config/index.js';
import type { Database } from '../database/index.js';
import { embeddedDatabase } from '../database/testing/embedded-database.js';
import { PostgresStore } from './postgres.store.js';

let database: Database;
let store: PostgresStore;
let keys = 0;

beforeAll(async () => {
  database = embeddedDatabase();
  await database.query('CREATE TABLE payments (id integer PRIMARY KEY)');
  store = new PostgresStore(database, loadConfig({}));
}, 60_000);
afterAll(() => database.close());
beforeEach(async () => {
  await database.query('DELETE FROM payments');
  keys++;
});

/** Delivers a record whose handler runs these statements. */
function deliver(...statements: string[]): Promise<boolean> {
  return store.once({ scope: 's', keys: [`record ${keys}`] }, async () => {
    for (const statement of statements) await database.query(statement);
  });
}

/** The ids of the payments that are stored. */
async function payments(): Promise<unknown[]> {
  const { rows } = await database.query<{ id: number }>('SELECT id FROM payments ORDER BY id');
  return rows.map(({ id }) => id);
}

const INSERT = 'INSERT INTO payments VALUES (1)';

describe('a statement that ends the transaction of an idempotent handler', () => {
  test.each([
    'COMMIT',
    'commit and chain',
    'END',
    'ROLLBACK',
    ' /* undo */ rollback work',
    '-- undo\nABORT',
    "PREPARE TRANSACTION 'p'",
  ])('a handler that runs %j fails, and leaves neither an effect nor a receipt', async (statement) => {
    await expect(deliver(INSERT, statement, 'INSERT INTO payments VALUES (2)')).rejects.toMatchObject({
      code: 'TRANSACTION_CONTROL',
      message: expect.stringContaining('SAVEPOINT'),
    });
    expect(await payments()).toEqual([]);
    expect(await deliver(INSERT)).toBe(true);
    expect(await payments()).toEqual([1]);
  });

  test('a handler may roll back to a savepoint', async () => {
    const undone = ['SAVEPOINT s', 'INSERT INTO payments VALUES (2)', 'ROLLBACK TO SAVEPOINT s'];
    expect(await deliver(INSERT, ...undone, 'ROLLBACK WORK TO s', 'RELEASE s')).toBe(true);
    expect(await payments()).toEqual([1]);
    expect(await deliver(INSERT)).toBe(false);
  });
});

describe('a handler that writes after SET TRANSACTION READ ONLY', () => {
  test('a handler that made its transaction read-only fails with the error of its statement', async () => {
    await expect(deliver('SET TRANSACTION READ ONLY', INSERT)).rejects.toMatchObject({ code: '25006' });
    expect(await deliver(INSERT)).toBe(true);
  });
});
