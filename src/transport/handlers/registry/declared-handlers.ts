import { DiscoveryService, MetadataScanner, type ModulesContainer } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { Transport } from '@nestjs/microservices';
import {
  PATTERN_EXTRAS_METADATA,
  PATTERN_HANDLER_METADATA,
  PATTERN_METADATA,
  TRANSPORT_METADATA,
} from '@nestjs/microservices/constants.js';
import { PatternHandler } from '@nestjs/microservices/enums/pattern-handler.enum.js';

/** A class or a method. */
export interface Named {
  readonly name: string;
}

/** A method of a controller, whether it handles records or not. */
export interface ControllerMethod {
  readonly controller: Named;
  readonly method: Named;
  /** `Class.method`. */
  readonly name: string;
}

/** What the decorators of a handler declare. */
export interface HandlerDeclaration {
  /** Topics, and patterns of topic names. */
  readonly patterns: readonly (string | RegExp)[];
  /** Whether it handles events; otherwise requests. */
  readonly isEvent: boolean;
  /** Its options, and values of other libraries. */
  readonly extras: Readonly<Record<PropertyKey, unknown>>;
}

/** A method of a controller in an application. */
interface ApplicationMethod extends ControllerMethod {
  readonly wrapper: InstanceWrapper;
  /** The property of the controller that holds it. */
  readonly key: string;
}

/** A controller's method that handles records from Kafka. */
export interface DeclaredHandler extends ApplicationMethod, HandlerDeclaration {}

const methods = new WeakMap<ModulesContainer, readonly ApplicationMethod[]>();

/**
 * The methods of all controllers of an application. Controllers are searched once per application: dispatch, replay,
 * idempotency and the operators' API all read this list. Works in Nest's preview mode, which constructs nothing.
 */
export function controllerMethods(modules: ModulesContainer): readonly ApplicationMethod[] {
  const known = methods.get(modules);
  if (known) return known;
  const scanner = new MetadataScanner();
  const found = new DiscoveryService(modules).getControllers().flatMap((wrapper) => {
    const { metatype: controller } = wrapper;
    const prototype: unknown = controller?.prototype;
    if (!controller || typeof prototype !== 'object' || prototype === null) return [];
    return scanner.getAllMethodNames(prototype).flatMap((key) => {
      const method: unknown = Reflect.get(prototype, key);
      return typeof method === 'function'
        ? [{ wrapper, key, controller, method, name: `${controller.name}.${key}` }]
        : [];
    });
  });
  methods.set(modules, found);
  return found;
}

/** The handlers of an application that are for Kafka, or for any transport. */
export function declaredHandlers(modules: ModulesContainer): readonly DeclaredHandler[] {
  return controllerMethods(modules).flatMap((each) => {
    const declaration = declarationOf(each.method);
    return declaration ? [{ ...each, ...declaration }] : [];
  });
}

/** Reads the decorators of a method; undefined if it handles nothing from Kafka. */
export function declarationOf(method: object): HandlerDeclaration | undefined {
  const transport: unknown = Reflect.getMetadata(TRANSPORT_METADATA, method);
  const patterns: unknown = Reflect.getMetadata(PATTERN_METADATA, method);
  if (!Array.isArray(patterns) || (transport !== undefined && transport !== Transport.KAFKA))
    return undefined;
  const extras: unknown = Reflect.getMetadata(PATTERN_EXTRAS_METADATA, method);
  return {
    patterns: patterns.filter((pattern) => typeof pattern === 'string' || pattern instanceof RegExp),
    isEvent: Reflect.getMetadata(PATTERN_HANDLER_METADATA, method) === PatternHandler.EVENT,
    extras: typeof extras === 'object' && extras !== null ? { ...extras } : {},
  };
}
