import { integer, milliseconds, text } from './kinds.js';
import { postgresUrl } from './postgres-url.js';
import { optional, variable } from './variable.js';

/** The database of idempotent handlers; if there are none, the service never connects to it. */
export const databaseVariables = {
  DATABASE_URL: optional(postgresUrl(), {
    description: 'PostgreSQL that idempotent handlers and their services write to',
    defaultInWords: 'an embedded PostgreSQL; required in production',
    secret: true,
    file: true,
  }),
  DATABASE_EMBEDDED_DIR: optional(text(), {
    description: 'Data folder of the embedded PostgreSQL; used only without DATABASE_URL',
    defaultInWords: 'none: the data is lost when the process ends',
  }),
  DATABASE_POOL_SIZE: variable(integer({ min: 1, max: 1000 }, 'connections'), {
    description:
      'Database connections, and so concurrent transactions; further handlers wait. One more connection is opened for handlers that need a second one',
    default: '10',
  }),
  DATABASE_CONNECT_TIMEOUT_MS: variable(milliseconds(), {
    description: 'How long connecting to the database may take',
    default: '5000',
  }),
  DATABASE_STATEMENT_TIMEOUT_MS: variable(milliseconds(), {
    description: 'How long a statement may take, including its wait for locks',
    default: '30000',
  }),
  DATABASE_IDLE_IN_TRANSACTION_TIMEOUT_MS: variable(milliseconds(), {
    description:
      'How long a transaction may be idle between two statements before the database ends it; set it longer than an idempotent handler waits for anything else',
    default: '60000',
  }),
  IDEMPOTENCY_TTL_HOURS: variable(integer({ min: 1, max: 87_600 }, 'hours'), {
    description:
      'How long the service remembers that a record was handled; set it longer than the time in which the record can be delivered again, such as the retention of the topic',
    default: '336',
  }),
};
