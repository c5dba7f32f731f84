import 'reflect-metadata';
import { describe, expect, test } from '@jest/globals';
import { Controller, type INestApplication, type Type } from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import {
  Ctx,
  EventPattern,
  type KafkaContext,
  MessagePattern,
  Payload,
  Transport,
} from '@nestjs/microservices';
import { PATTERN_EXTRAS_METADATA } from '@nestjs/microservices/constants.js';
import { Test } from '@nestjs/testing';
import type { DirectCall } from './direct-call.js';
import { DirectCalls } from './direct-calls.js';
import { KafkaHandler } from '../kafka-handler.decorator.js';

async function applicationOf(controllers: Type[]): Promise<INestApplication> {
  const module = await Test.createTestingModule({ controllers, providers: [DirectCalls] }).compile();
  const app = module.createNestApplication({ logger: false });
  app.get(DirectCalls).useConfig(new ApplicationConfig());
  app.get(DirectCalls).identifyHandlers();
  return app;
}

/** How the application would call the controller's method directly. */
function callOf(app: INestApplication, controller: Type, method = 'on'): DirectCall | undefined {
  const handler: unknown = Reflect.get(Object(controller.prototype), method);
  const extras: unknown = Reflect.getMetadata(PATTERN_EXTRAS_METADATA, Object(handler));
  return app.get(DirectCalls).of(Object(extras));
}

async function directly(controller: Type, method?: string): Promise<DirectCall> {
  const call = callOf(await applicationOf([controller]), controller, method);
  if (!call) throw new Error('not eligible');
  return call;
}

const context = { a: 'context' };

describe('a handler without enhancers is called directly', () => {
  test('a direct call runs on the controller’s instance and returns the method’s result', async () => {
    @Controller()
    class Counter {
      count = 40;
      @KafkaHandler('t')
      on(@Payload() by: number): number {
        return (this.count += by);
      }
    }
    const call = await directly(Counter);
    expect(call.takesContext).toBe(false);
    expect(call.invoke(2, undefined)).toBe(42);
  });

  test('a direct call passes only the payload if no parameter is decorated', async () => {
    @Controller()
    class Plain {
      @KafkaHandler('t')
      on(...args: unknown[]): unknown[] {
        return args;
      }
    }
    const call = await directly(Plain);
    expect(call.takesContext).toBe(false);
    expect(call.invoke('p', context)).toEqual(['p']);
  });

  test('a direct call passes payload and context in the declared order', async () => {
    @Controller()
    class Both {
      @KafkaHandler('t')
      on(@Ctx() first: KafkaContext, @Payload() second: unknown): unknown[] {
        return [first, second];
      }

      @KafkaHandler('u')
      alone(@Ctx() only: KafkaContext): unknown {
        return only;
      }
    }
    const call = await directly(Both);
    expect(call.takesContext).toBe(true);
    expect(call.invoke('p', context)).toEqual([context, 'p']);
    const alone = await directly(Both, 'alone');
    expect(alone.takesContext).toBe(true);
    expect(alone.invoke('p', context)).toBe(context);
  });

  test('a direct call passes the requested field of the payload, if there is one', async () => {
    @Controller()
    class Field {
      @KafkaHandler('t')
      on(@Payload('id') id: unknown, @Payload() all: unknown): unknown[] {
        return [id, all];
      }
    }
    const call = await directly(Field);
    expect(call.invoke({ id: 7 }, undefined)).toEqual([7, { id: 7 }]);
    expect(call.invoke({}, undefined)).toEqual([undefined, {}]);
    expect(call.invoke('text', undefined)).toEqual([undefined, 'text']);
    expect(call.invoke(null, undefined)).toEqual([undefined, null]);
  });

  test('a direct call leaves an undecorated parameter between decorated ones undefined', async () => {
    @Controller()
    class Sparse {
      @KafkaHandler('t')
      on(_first: unknown, @Payload() second: unknown): unknown[] {
        return [_first, second];
      }
    }
    expect((await directly(Sparse)).invoke('p', undefined)).toEqual([undefined, 'p']);
  });

  test('handlers with Nest’s decorators are called directly too, and keep their options', async () => {
    @Controller()
    class Stock {
      @EventPattern('t', Transport.KAFKA, { order: 'none' })
      on(@Payload() payload: unknown): unknown {
        return payload;
      }

      @MessagePattern('u')
      asked(@Payload() payload: unknown): unknown {
        return payload;
      }
    }
    expect((await directly(Stock)).invoke('p', undefined)).toBe('p');
    expect((await directly(Stock, 'asked')).invoke('p', undefined)).toBe('p');
    const extras: unknown = Reflect.getMetadata(PATTERN_EXTRAS_METADATA, Reflect.get(Stock.prototype, 'on'));
    expect(extras).toMatchObject({ order: 'none' });
  });

  test('a handler is called directly in every application that has its controller', async () => {
    @Controller()
    class Shared {
      @KafkaHandler('t')
      on(): string {
        return 'called';
      }
    }
    for (let application = 0; application < 2; application++) {
      expect((await directly(Shared)).invoke('p', undefined)).toBe('called');
    }
  });
});
