export type { CodedError } from '../errors/index.js';
export type { DependencyUnavailableError, PermanentError } from '../pipeline/index.js';
export type { QueryResult, Row } from './connection.js';
export { Database } from './database.js';
export { DatabaseModule, requireDatabase } from './database.module.js';
export {
  ConnectionLostError,
  DatabaseUnavailableError,
  NestedConnectionError,
  TransactionAbortedError,
  TransactionConflictError,
  TransactionControlError,
  TransactionOverError,
} from './errors.js';
export { isAboutData, sqlStateOf } from './sql-state.js';
export type { Transaction } from './transaction.js';
