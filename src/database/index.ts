export type { QueryResult, Row } from './connection.js';
export { Database } from './database.js';
export { DatabaseModule, requireDatabase } from './database.module.js';
export { DatabaseUnavailableError, TransactionAbortedError, TransactionOverError } from './errors.js';
export type { Transaction } from './transaction.js';
