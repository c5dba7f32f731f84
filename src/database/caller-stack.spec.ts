import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Database } from './database.js';
import { openPglite } from './pglite.js';

/** A service whose frames must appear in the stack. */
class PaymentsService {
  constructor(private readonly database: Database) {}

  async book(): Promise<void> {
    await this.database.query('INSERT INTO payments (id) VALUES (1)');
  }
}

describe('the stack of a statement that fails', () => {
  let database: Database;
  let payments: PaymentsService;
  beforeAll(async () => {
    database = new Database(() => openPglite(undefined));
    await database.query('CREATE TABLE payments (id integer PRIMARY KEY)');
    payments = new PaymentsService(database);
    await payments.book();
  }, 60_000);
  afterAll(() => database.close());

  const stackOf = (failing: Promise<unknown>): Promise<string> =>
    failing.then(
      () => 'no error',
      (error: unknown) => String(error instanceof Error && error.stack),
    );

  it('the stack of a failed statement leads to the code that issued it', async () => {
    expect(await stackOf(payments.book())).toContain('PaymentsService.book');
  });

  it('the stack of a failed statement in a transaction leads to its caller, even behind queued statements', async () => {
    const booking = database.transaction(async () => {
      void database.query('SELECT 1');
      await payments.book();
    });
    expect(await stackOf(booking)).toContain('PaymentsService.book');
  });
});
