import { PATTERN_EXTRAS_METADATA, PATTERN_HANDLER_METADATA } from '@nestjs/microservices/constants.js';
import { PatternHandler } from '@nestjs/microservices/enums/pattern-handler.enum.js';
import type { KafkaConfig } from '../config/index.js';
import { IdempotentHandlerError } from './errors.js';
import { type IdempotencyKey, IDEMPOTENT, type IdempotentOptions } from './options.js';

/** A class or a method. */
export interface Named {
  readonly name: string;
}

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
 * @param defaults used for options that the handler does not set
 * @throws IdempotentHandlerError if the method is not an event handler: a repeated request would need its first answer
 */
export function idempotentHandler(
  controller: Named,
  method: Named,
  defaults: Pick<KafkaConfig, 'groupId' | 'enableAutoCommit'>,
): IdempotentHandler {
  const name = `${controller.name}.${method.name}`;
  if (Reflect.getMetadata(PATTERN_HANDLER_METADATA, method) !== PatternHandler.EVENT) {
    throw new IdempotentHandlerError(name, 'it is for handlers of events: @KafkaHandler, or @EventPattern');
  }
  const options: IdempotentOptions = Reflect.getMetadata(IDEMPOTENT, method) ?? {};
  const extras: unknown = Reflect.getMetadata(PATTERN_EXTRAS_METADATA, method);
  const groupId = optionOf(extras, 'groupId') ?? defaults.groupId;
  const commit = optionOf(extras, 'commit') ?? (defaults.enableAutoCommit ? 'auto' : 'manual');
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

function optionOf(extras: unknown, name: string): string | undefined {
  if (typeof extras !== 'object' || extras === null) return undefined;
  const value: unknown = Reflect.get(extras, name);
  return typeof value === 'string' ? value : undefined;
}
