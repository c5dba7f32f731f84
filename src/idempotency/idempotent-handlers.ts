import type { ModulesContainer } from '@nestjs/core';
import { controllerMethods } from '../transport/index.js';
import { IdempotencyStore } from './idempotency-store.js';
import { isIdempotent } from './idempotent-handler.js';

/** Names of the `@Idempotent` handlers whose module does not import a store. */
export function handlersWithoutStore(modules: ModulesContainer): string[] {
  return controllerMethods(modules)
    .filter(({ method, wrapper }) => {
      const imports = [...(wrapper.host?.imports ?? [])];
      return isIdempotent(method) && !imports.some(({ exports }) => exports.has(IdempotencyStore));
    })
    .map(({ name }) => name);
}
