import { MetadataScanner, type ModulesContainer } from '@nestjs/core';
import { CodedError } from '../../../errors/index.js';
import { declarationOf } from './declared-handlers.js';

/** Classes with `@KafkaHandler` methods that were imported, whether or not a module has them. */
const declared = new Set<object>();

/** Called by the decorator. */
export function declareHandlerClass(prototype: object): void {
  declared.add(prototype.constructor);
}

/** The application has no handler for Kafka. */
export class NoHandlerError extends CodedError {
  readonly code = 'NO_HANDLER';

  /** @param cluster the name of the cluster without a handler; undefined for the one without a name */
  constructor(classes: readonly string[], cluster?: string) {
    const found =
      classes.length > 0
        ? `${classes.join(', ')} ${classes.length === 1 ? 'has' : 'have'} some, but no module of the application has ` +
          'it among its controllers'
        : `put ${handlerFor(cluster)} on a method of a controller`;
    super(
      `no controller has a handler for ${cluster === undefined ? 'Kafka' : `the Kafka cluster ${cluster}`}, so there is ` +
        `nothing to consume: ${found}`,
    );
  }
}

function handlerFor(cluster: string | undefined): string {
  return cluster === undefined ? '@KafkaHandler' : `@KafkaHandler(topic, { cluster: '${cluster}' })`;
}

/** A class with handlers is a provider. Nest finds handlers in controllers only. */
export class HandlerNotInControllersError extends CodedError {
  readonly code = 'HANDLER_NOT_IN_CONTROLLERS';

  constructor(name: string, module: string) {
    super(
      `${name} has handlers for Kafka but is among the providers of ${module}, where Nest does not find them; ` +
        'move it to controllers',
    );
  }
}

/**
 * Names of the classes with `@KafkaHandler` methods that were imported and that no module has.
 * @throws HandlerNotInControllersError if a class with handlers is a provider and no controller
 */
export function unusedHandlerClasses(modules: ModulesContainer): string[] {
  const all = [...modules.values()];
  const controllers = new Set<unknown>(
    all.flatMap((module) => [...module.controllers.values()].map(({ metatype }) => metatype)),
  );
  for (const module of all) {
    for (const { metatype, name } of module.providers.values()) {
      if (typeof metatype === 'function' && !controllers.has(metatype) && hasHandlers(metatype)) {
        throw new HandlerNotInControllersError(String(name), module.name);
      }
    }
  }
  return [...declared].filter((each) => !isUsed(each, controllers)).map(nameOf);
}

/** A factory's function is not a class: it has no prototype, or one without handlers. */
function hasHandlers({ prototype }: { readonly prototype?: unknown }): boolean {
  if (typeof prototype !== 'object' || prototype === null) return false;
  return new MetadataScanner().getAllMethodNames(prototype).some((name) => {
    const method: unknown = Reflect.get(prototype, name);
    return typeof method === 'function' && declarationOf(method) !== undefined;
  });
}

/** Whether it, or a class that extends it, is a controller. */
function isUsed(declaring: object, controllers: ReadonlySet<unknown>): boolean {
  for (const controller of controllers) {
    for (let each = controller; typeof each === 'function'; each = Object.getPrototypeOf(each)) {
      if (each === declaring) return true;
    }
  }
  return false;
}

function nameOf(declaring: object): string {
  return 'name' in declaring ? String(declaring.name) : 'a class without a name';
}
