import type { LoggerService, Type } from '@nestjs/common';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import type { KafkaConfig } from '../config/index.js';
import {
  type DeclaredHandler,
  declaredHandlers,
  decodeValue,
  handlerDefaults,
  HandlerRoutes,
  type ResolvedHandlerOptions,
  resolveHandlerOptions,
  type RoutedHandler,
  validated,
} from '../transport/index.js';
import { deadLetterTopicOf, parkingTopicOf } from '../redelivery/index.js';

/** A handler, with the options that decide which records it accepts. */
interface CatalogHandler extends RoutedHandler {
  readonly options: ResolvedHandlerOptions;
}

/** The handlers of this version of the service. */
export class HandlerCatalog {
  readonly #routes: HandlerRoutes<CatalogHandler>;

  constructor(handlers: readonly CatalogHandler[]) {
    this.#routes = new HandlerRoutes(handlers);
  }

  /** The dead-letter topics that handlers name instead of the default. */
  get namedTopics(): string[] {
    return this.#routes.deadLetterTopics;
  }

  /** The topics that handlers name; topics that match a pattern are not included. */
  get topics(): string[] {
    return this.#routes.topics;
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
  #of(topic: string, group?: string): CatalogHandler[] {
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

/** The handlers of an application for the cluster without a name. */
export function catalogOf(modules: ModulesContainer, config: KafkaConfig): HandlerCatalog {
  const defaults = handlerDefaults(config);
  return new HandlerCatalog(
    ofDefaultCluster(modules).flatMap(({ name, patterns, extras }) =>
      patterns.map((pattern) => {
        return { pattern, options: resolveHandlerOptions({ name, pattern }, extras, defaults) };
      }),
    ),
  );
}

/** Those of other clusters are left out: the operators' endpoints and commands connect to one cluster. */
function ofDefaultCluster(modules: ModulesContainer): DeclaredHandler[] {
  return declaredHandlers(modules).filter(({ extras }) => extras['cluster'] === undefined);
}
