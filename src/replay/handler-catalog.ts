import type { LoggerService, Type } from '@nestjs/common';
import { MetadataScanner, ModulesContainer, NestFactory } from '@nestjs/core';
import { Transport } from '@nestjs/microservices';
import {
  PATTERN_EXTRAS_METADATA,
  PATTERN_METADATA,
  TRANSPORT_METADATA,
} from '@nestjs/microservices/constants.js';
import type { KafkaConfig } from '../config/index.js';
import {
  decodeValue,
  HandlerRoutes,
  type ResolvedHandlerOptions,
  resolveHandlerOptions,
  validated,
} from '../transport/index.js';
import { deadLetterTopicOf, parkingTopicOf } from '../redelivery/index.js';

/** A handler as its decorator declares it. */
export interface DeclaredHandler {
  readonly pattern: string | RegExp;
  readonly options: ResolvedHandlerOptions;
}

/** The handlers of this version of the service. */
export class HandlerCatalog {
  readonly #routes: HandlerRoutes<DeclaredHandler>;

  constructor(private readonly handlers: readonly DeclaredHandler[]) {
    this.#routes = new HandlerRoutes(handlers);
  }

  /** The dead-letter topics that handlers name instead of the default. */
  get namedTopics(): string[] {
    return this.#routes.deadLetterTopics;
  }

  /** The topics that handlers name; topics that match a pattern are not included. */
  get topics(): string[] {
    return this.handlers.flatMap(({ pattern }) => (typeof pattern === 'string' ? [pattern] : []));
  }

  /** The dead-letter topics that may contain records of a topic. */
  deadLetterTopicsOf(topic: string): string[] {
    const named = this.#routes
      .ofAllGroups(topic)
      .flatMap(({ options }) => options.failures.deadLetterTopic ?? []);
    return [...new Set([...named, deadLetterTopicOf(topic)])];
  }

  /** Whether there is a handler for a topic, in the given group or in any. */
  handles(topic: string, group?: string): boolean {
    return this.#of(topic, group).length > 0;
  }

  /** The parking topics of a topic; each group has its own. */
  parkingTopicsOf(topic: string): string[] {
    const groups = this.#routes.ofAllGroups(topic).map(({ options }) => options.groupId);
    return [...new Set(groups)].map((group) => parkingTopicOf(topic, group));
  }

  /**
   * Decodes and validates a value for the handlers of a topic.
   * @param group the only group that will handle it; undefined for all groups
   * @returns the error if a handler would not receive it; otherwise undefined
   */
  async rejectionOf(
    topic: string,
    group: string | undefined,
    value: Buffer | null,
  ): Promise<Error | undefined> {
    const handlers = this.#of(topic, group);
    if (handlers.length === 0)
      return new Error(`no handler${group === undefined ? '' : ` of group ${group}`} for ${topic}`);
    for (const { options } of handlers) {
      try {
        const payload = decodeValue(value, options.value);
        if (options.schema) await validated(options.schema, payload);
      } catch (error) {
        return error instanceof Error ? error : new Error(String(error));
      }
    }
    return undefined;
  }

  /** The handlers of a topic, of all groups or of one. */
  #of(topic: string, group?: string): DeclaredHandler[] {
    return group === undefined ? this.#routes.ofAllGroups(topic) : this.#routes.of(group, topic);
  }
}

/**
 * Finds the handlers of a Nest module. In Nest's preview mode no provider is constructed: no consumer starts, no port is
 * opened, and no database is connected to.
 */
export async function findHandlers(
  module: Type,
  config: KafkaConfig,
  logger: LoggerService,
): Promise<HandlerCatalog> {
  const app = await NestFactory.createApplicationContext(module, {
    preview: true,
    logger,
    abortOnError: false,
  });
  return catalogOf(app.get(ModulesContainer), config);
}

/** Collects the handlers of an application's controllers. */
export function catalogOf(
  modules: ModulesContainer,
  { groupId, enableAutoCommit }: KafkaConfig,
): HandlerCatalog {
  const scanner = new MetadataScanner();
  const defaults = { groupId, commit: enableAutoCommit ? 'auto' : 'manual' } as const;
  const declared: DeclaredHandler[] = [];
  for (const { controllers } of modules.values()) {
    for (const { metatype } of controllers.values()) {
      const prototype: unknown = metatype?.prototype;
      if (!metatype || typeof prototype !== 'object' || prototype === null) continue;
      for (const name of scanner.getAllMethodNames(prototype)) {
        const method: unknown = Reflect.get(prototype, name);
        if (typeof method !== 'function' || !isForKafka(method)) continue;
        const extras = extrasOf(method);
        for (const pattern of patternsOf(method)) {
          declared.push({
            pattern,
            options: resolveHandlerOptions({ name: `${metatype.name}.${name}`, pattern }, extras, defaults),
          });
        }
      }
    }
  }
  return new HandlerCatalog(declared);
}

function isForKafka(method: object): boolean {
  const transport: unknown = Reflect.getMetadata(TRANSPORT_METADATA, method);
  return transport === undefined || transport === Transport.KAFKA;
}

function patternsOf(method: object): (string | RegExp)[] {
  const patterns: unknown = Reflect.getMetadata(PATTERN_METADATA, method);
  if (!Array.isArray(patterns)) return [];
  return patterns.filter((pattern) => typeof pattern === 'string' || pattern instanceof RegExp);
}

function extrasOf(method: object): Record<string, unknown> {
  const extras: unknown = Reflect.getMetadata(PATTERN_EXTRAS_METADATA, method);
  return typeof extras === 'object' && extras !== null ? { ...extras } : {};
}
