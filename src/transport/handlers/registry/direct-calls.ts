import { Injectable } from '@nestjs/common';
import {
  EXCEPTION_FILTERS_METADATA,
  GUARDS_METADATA,
  INTERCEPTORS_METADATA,
  PIPES_METADATA,
} from '@nestjs/common/constants.js';
import { type ApplicationConfig, ModulesContainer } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { PARAM_ARGS_METADATA, PATTERN_EXTRAS_METADATA } from '@nestjs/microservices/constants.js';
import { RpcParamtype } from '@nestjs/microservices/enums/rpc-paramtype.enum.js';
import { PassThroughFilter } from '../pass-through.filter.js';
import { type Argument, DirectCall } from './direct-call.js';
import { declaredHandlers } from './declared-handlers.js';
import { unusedHandlerClasses } from './handler-classes.js';
import { MicroserviceConfigError } from './microservice-config.js';

/** Key of the handler's identity in its extras. */
const IDENTITY = Symbol('handler identity');

interface Identity {
  readonly wrapper: InstanceWrapper;
  readonly method: string;
}

const ENHANCERS = [GUARDS_METADATA, PIPES_METADATA, INTERCEPTORS_METADATA, EXCEPTION_FILTERS_METADATA];

/**
 * Finds the handlers without guards, pipes, interceptors, filters and scopes, their own or the application's. For these,
 * Nest's pipeline costs a dozen promises per record and only calls the method.
 */
@Injectable()
export class DirectCalls {
  /** The configuration of the microservice; undefined until `connectKafka` has created it. */
  #config: ApplicationConfig | undefined;

  constructor(private readonly modules: ModulesContainer) {}

  /** Sets the configuration that has the global enhancers of the handlers. */
  useConfig(config: ApplicationConfig): void {
    this.#config = config;
  }

  /** Writes each handler's identity into its extras. Must run before Nest registers the handlers. */
  identifyHandlers(): void {
    const identified = new Set<object>();
    for (const { wrapper, key, method, extras } of declaredHandlers(this.modules)) {
      // A method that two controllers inherit is one function: only Nest knows which of them is called.
      const identity: Identity | undefined = identified.has(method) ? undefined : { wrapper, method: key };
      identified.add(method);
      Reflect.defineMetadata(PATTERN_EXTRAS_METADATA, { ...extras, [IDENTITY]: identity }, method);
    }
  }

  /** Names of imported classes with handlers that no module has. @throws HandlerNotInControllersError */
  unusedHandlerClasses(): string[] {
    return unusedHandlerClasses(this.modules);
  }

  /** @throws MicroserviceConfigError if the microservice was not created by `connectKafka` */
  requireConfig(): void {
    if (!this.#config) throw new MicroserviceConfigError();
  }

  /** The direct call of the handler with these extras; undefined if Nest has to call it. */
  of(extras: Readonly<Record<PropertyKey, unknown>>): DirectCall | undefined {
    const identity = extras[IDENTITY];
    if (!isIdentity(identity) || this.#isEnhancedGlobally()) return undefined;
    const { wrapper, method } = identity;
    const { metatype, instance } = wrapper;
    if (!metatype || !wrapper.isDependencyTreeStatic() || wrapper.isTransient) return undefined;
    const callback: unknown = instance[method];
    if (typeof callback !== 'function') return undefined;
    if (ENHANCERS.some((key) => Reflect.hasMetadata(key, metatype) || Reflect.hasMetadata(key, callback))) {
      return undefined;
    }
    const declared: unknown = Reflect.getMetadata(PARAM_ARGS_METADATA, metatype, method);
    const parameters = declared === undefined ? UNDECORATED : toArguments(declared);
    return parameters && new DirectCall(callback.bind(instance), parameters);
  }

  /** Class and method of the handler with these extras; undefined if two controllers inherit it. */
  nameOf(extras: Readonly<Record<PropertyKey, unknown>>): string | undefined {
    const identity = extras[IDENTITY];
    return isIdentity(identity) ? `${identity.wrapper.name}.${identity.method}` : undefined;
  }

  #isEnhancedGlobally(): boolean {
    const config = this.#config;
    if (!config) return true;
    const enhancers = [
      config.getGlobalGuards(),
      config.getGlobalPipes(),
      config.getGlobalInterceptors(),
      config.getGlobalFilters().filter((filter) => !(filter instanceof PassThroughFilter)),
      config.getGlobalRequestGuards(),
      config.getGlobalRequestPipes(),
      config.getGlobalRequestInterceptors(),
      config.getGlobalRequestFilters(),
      config.getGlobalPreRequestHooks(),
    ];
    return enhancers.some((each) => each.length > 0);
  }
}

/** A method without parameter decorators receives the payload alone, as in Nest. */
const UNDECORATED: readonly Argument[] = [{ index: 0, type: RpcParamtype.PAYLOAD, field: undefined }];

/** The parameters that Nest's decorators declare; undefined if one needs more than a plain value. */
function toArguments(declared: unknown): readonly Argument[] | undefined {
  if (typeof declared !== 'object' || declared === null) return undefined;
  const found = Object.entries(declared).map(([key, each]) => toArgument(key, each));
  return found.every((argument) => argument !== undefined) ? found : undefined;
}

function toArgument(key: string, declared: unknown): Argument | undefined {
  if (typeof declared !== 'object' || declared === null || !('index' in declared)) return undefined;
  const type = Number(key.split(':')[0]);
  const { index } = declared;
  const data = 'data' in declared ? declared.data : undefined;
  const isPlain =
    (type === RpcParamtype.PAYLOAD || type === RpcParamtype.CONTEXT) &&
    typeof index === 'number' &&
    (!('pipes' in declared) || !Array.isArray(declared.pipes) || declared.pipes.length === 0) &&
    (!('schema' in declared) || declared.schema === undefined) &&
    (data === undefined || data === null || typeof data === 'string');
  return isPlain
    ? { index, type, field: typeof data === 'string' && data !== '' ? data : undefined }
    : undefined;
}

function isIdentity(value: unknown): value is Identity {
  return typeof value === 'object' && value !== null && 'wrapper' in value && 'method' in value;
}
