import 'reflect-metadata';
import { describe, expect, test } from '@jest/globals';
import {
  type CanActivate,
  Controller,
  createParamDecorator,
  type INestApplication,
  Inject,
  Injectable,
  type NestInterceptor,
  ParseIntPipe,
  type Provider,
  Scope,
  type Type,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, BaseExceptionFilter, ModuleRef, REQUEST } from '@nestjs/core';
import { Payload } from '@nestjs/microservices';
import { PATTERN_EXTRAS_METADATA } from '@nestjs/microservices/constants.js';
import { Test } from '@nestjs/testing';
import { DirectCalls } from './direct-calls.js';
import { KafkaHandler } from '../kafka-handler.decorator.js';
import { PassThroughFilter } from '../pass-through.filter.js';

class Allow implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

class Pass implements NestInterceptor {
  intercept: NestInterceptor['intercept'] = (_, next) => next.handle();
}

const Custom = createParamDecorator(() => 'custom');

interface Application {
  readonly providers?: Provider[];
  readonly others?: Type[];
  readonly prepare?: (app: INestApplication) => void;
}

/** Whether the controller's method `on` would be called directly. */
async function isDirect(
  controller: Type,
  { providers = [], others = [], prepare }: Application = {},
): Promise<boolean> {
  const module = await Test.createTestingModule({
    controllers: [controller, ...others],
    providers: [DirectCalls, ...providers],
  }).compile();
  const app = module.createNestApplication({ logger: false });
  const directCalls = app.get(DirectCalls);
  const config = app.get(ModuleRef)['container'].applicationConfig;
  if (config) directCalls.useConfig(config);
  directCalls.identifyHandlers();
  prepare?.(app);
  const method: unknown = Reflect.get(Object(controller.prototype), 'on');
  return directCalls.of(Object(Reflect.getMetadata(PATTERN_EXTRAS_METADATA, Object(method)))) !== undefined;
}

/** A controller of its own for each call, with decorators on its method and on itself. */
function controllerWith(
  method: readonly MethodDecorator[],
  self: readonly ClassDecorator[] = [],
  parameter = Payload(),
): Type {
  class Decorated {
    on(payload: unknown): unknown {
      return payload;
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Decorated.prototype, 'on');
  if (!descriptor) throw new Error('no such method');
  parameter(Decorated.prototype, 'on', 0);
  for (const decorate of [KafkaHandler('t'), ...method]) decorate(Decorated.prototype, 'on', descriptor);
  for (const decorate of [Controller(), ...self]) decorate(Decorated);
  return Decorated;
}

const ENHANCERS = [
  ['a guard', UseGuards(Allow)],
  ['a pipe', UsePipes(ParseIntPipe)],
  ['an interceptor', UseInterceptors(Pass)],
  ['a filter', UseFilters(BaseExceptionFilter)],
] as const;

test('a handler without enhancers is called directly', async () => {
  await expect(isDirect(controllerWith([]))).resolves.toBe(true);
});

describe('a handler is called by Nest', () => {
  test.each(ENHANCERS)('a handler is called by Nest if its method has %s', async (_, decorator) => {
    await expect(isDirect(controllerWith([decorator]))).resolves.toBe(false);
  });

  test.each(ENHANCERS)('a handler is called by Nest if its controller has %s', async (_, decorator) => {
    await expect(isDirect(controllerWith([], [decorator]))).resolves.toBe(false);
  });

  test.each<[string, (app: INestApplication) => unknown]>([
    ['a guard', (app) => app.useGlobalGuards(new Allow())],
    ['a pipe', (app) => app.useGlobalPipes(new ParseIntPipe())],
    ['an interceptor', (app) => app.useGlobalInterceptors(new Pass())],
    ['a filter', (app) => app.useGlobalFilters(new BaseExceptionFilter())],
  ])('a handler is called by Nest if the application has %s', async (_, use) => {
    const prepare = (app: INestApplication): void => void use(app);
    await expect(isDirect(controllerWith([]), { prepare })).resolves.toBe(false);
  });

  test.each<[string, Provider]>([
    ['a guard', { provide: APP_GUARD, useClass: Allow }],
    ['a guard for each request', { provide: APP_GUARD, useClass: Allow, scope: Scope.REQUEST }],
    ['an interceptor', { provide: APP_INTERCEPTOR, useClass: Pass }],
  ])('a handler is called by Nest if a module provides %s for the application', async (_, provider) => {
    await expect(isDirect(controllerWith([]), { providers: [provider] })).resolves.toBe(false);
  });

  test.each([
    ['has a pipe', Payload(ParseIntPipe)],
    ['is of a decorator that Nest has to run', Custom()],
  ])('a handler is called by Nest if a parameter %s', async (_, parameter) => {
    await expect(isDirect(controllerWith([], [], parameter))).resolves.toBe(false);
  });

  test('a handler is called by Nest if its controller is request-scoped or depends on something that is', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {
      constructor(@Inject(REQUEST) readonly request: unknown) {}
    }
    @Controller()
    class Needing {
      constructor(@Inject(PerRequest) readonly needed: PerRequest) {}
      @KafkaHandler('t')
      on(): void {}
    }
    @Controller({ scope: Scope.REQUEST })
    class OfARequest {
      @KafkaHandler('t')
      on(): void {}
    }
    await expect(isDirect(Needing, { providers: [PerRequest] })).resolves.toBe(false);
    await expect(isDirect(OfARequest)).resolves.toBe(false);
  });

  test('a handler is called by Nest if several controllers inherit it', async () => {
    const Base = controllerWith([]);
    @Controller()
    class One extends Base {}
    @Controller()
    class Other extends Base {}
    await expect(isDirect(One, { others: [Other] })).resolves.toBe(false);
  });
});

test('the pass-through filter does not count as an enhancer', async () => {
  const prepare = (app: INestApplication): void => void app.useGlobalFilters(new PassThroughFilter());
  await expect(isDirect(controllerWith([]), { prepare })).resolves.toBe(true);
});

test('a handler without an identity is called by Nest', async () => {
  const module = await Test.createTestingModule({ providers: [DirectCalls] }).compile();
  expect(module.get(DirectCalls).of({ order: 'none' })).toBeUndefined();
});
