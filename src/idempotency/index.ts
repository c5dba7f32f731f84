export type { CodedError } from '../errors/index.js';
export type { Offset, PermanentError } from '../transport/index.js';
export {
  EarlyCommitError,
  IdempotencyKeyError,
  IdempotencyModuleMissingError,
  IdempotentHandlerError,
} from './errors.js';
export { type Claim, IdempotencyStore, type UnitOfWork } from './idempotency-store.js';
export { IdempotencyModule } from './idempotency.module.js';
export { Idempotent } from './idempotent.decorator.js';
export { MemoryStore, type MemoryStoreOptions } from './memory.store.js';
export type { IdempotencyKey, IdempotentOptions } from './options.js';
export { PostgresStore } from './postgres.store.js';
