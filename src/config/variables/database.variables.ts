import { integer, milliseconds, text } from './kinds.js';
import { postgresUrl } from './postgres-url.js';
import { optional, variable } from './variable.js';

/** The database of handlers that are idempotent; without one of those it is never connected to. */
export const databaseVariables = {
  DATABASE_URL: optional(postgresUrl(), {
    description: 'PostgreSQL that idempotent handlers and their services write to',
    defaultInWords: 'a PostgreSQL within the process outside production, which needs one',
    secret: true,
    file: true,
  }),
  DATABASE_EMBEDDED_DIR: optional(text(), {
    description: 'Folder in which the PostgreSQL within the process keeps its data, without DATABASE_URL',
    defaultInWords: 'none: the data goes with the process',
  }),
  DATABASE_POOL_SIZE: variable(integer({ min: 1, max: 1000 }, 'connections'), {
    description:
      'Connections to the database, and so transactions at once; handlers beyond it wait. One more is opened for handlers that need a second',
    default: '10',
  }),
  DATABASE_CONNECT_TIMEOUT_MS: variable(milliseconds(), {
    description: 'How long connecting to the database may take',
    default: '5000',
  }),
  DATABASE_STATEMENT_TIMEOUT_MS: variable(milliseconds(), {
    description: 'How long a statement may take, with its wait for what another transaction holds',
    default: '30000',
  }),
  DATABASE_IDLE_IN_TRANSACTION_TIMEOUT_MS: variable(milliseconds(), {
    description:
      'How long a transaction may rest between two statements before the database ends it; longer than an idempotent handler waits for anything else',
    default: '60000',
  }),
  IDEMPOTENCY_TTL_HOURS: variable(integer({ min: 1, max: 87_600 }, 'hours'), {
    description:
      'How long it is remembered that a record was handled; longer than it can be delivered again, as by a retention or a reset of offsets',
    default: '336',
  }),
};
