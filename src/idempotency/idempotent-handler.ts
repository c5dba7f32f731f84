import type { KafkaConfig } from '../config/index.js';
import { declarationOf, handlerDefaults, type Named, resolveHandlerOptions } from '../transport/index.js';
import { IdempotentHandlerError } from './errors.js';
import { type IdempotencyKey, IDEMPOTENT, type IdempotentOptions } from './options.js';

/** A handler with `@Idempotent`. */
export interface IdempotentHandler {
  /** `Class.method`. */
  readonly name: string;
  readonly groupId: string;
  /** Identifies the effect: each group and each handler has its own effect for the same record. */
  readonly scope: string;
  readonly key: IdempotencyKey;
  /** Whether the handler commits manually. */
  readonly isManual: boolean;
}

/** Whether a method has `@Idempotent`. */
export function isIdempotent(method: object): boolean {
  return Reflect.hasMetadata(IDEMPOTENT, method);
}

/**
 * Reads the decorators of an idempotent handler.
 * @param configOf finds the configuration of a handler's cluster, for options that the handler does not set
 * @throws IdempotentHandlerError if the method is not an event handler: a repeated request would need its first answer
 * @throws HandlerOptionsError if its options are invalid
 */
export function idempotentHandler(
  controller: Named,
  method: Named,
  configOf: (handler: string, cluster: unknown) => Pick<KafkaConfig, 'groupId' | 'enableAutoCommit'>,
): IdempotentHandler {
  const name = `${controller.name}.${method.name}`;
  const declaration = declarationOf(method);
  if (!declaration?.isEvent) {
    throw new IdempotentHandlerError(name, 'it is for handlers of events: @KafkaHandler, or @EventPattern');
  }
  const { groupId, commit } = resolveHandlerOptions(
    { name, pattern: declaration.patterns[0] ?? '' },
    declaration.extras,
    handlerDefaults(configOf(name, declaration.extras['cluster'])),
  );
  const options: IdempotentOptions = Reflect.getMetadata(IDEMPOTENT, method) ?? {};
  return {
    name,
    groupId,
    scope: `${groupPart(groupId)}/${options.name ?? name}`,
    key: options.key ?? 'position',
    isManual: commit === 'manual',
  };
}

/** Escapes slashes in a group id, so that the first slash of a scope ends the group id. */
function groupPart(groupId: string): string {
  return groupId.replaceAll('%', '%25').replaceAll('/', '%2F');
}
