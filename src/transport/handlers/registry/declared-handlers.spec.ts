import 'reflect-metadata';
import { expect, test } from '@jest/globals';
import { Controller } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { EventPattern, MessagePattern, Transport } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { KafkaHandler } from '../kafka-handler.decorator.js';
import { controllerMethods, declaredHandlers } from './declared-handlers.js';

class Base {
  @KafkaHandler('inherited')
  onInherited(): void {}
}

@Controller()
class Orders extends Base {
  @KafkaHandler(['orders', /^orders\./], { groupId: 'billing' })
  onOrder(): void {}

  @MessagePattern('prices')
  price(): number {
    return 1;
  }

  @EventPattern('elsewhere', Transport.TCP)
  onOther(_data: unknown): void {}

  helper(): void {}
}

test('handlers for Kafka are found with name, patterns, kind and options, inherited ones included', async () => {
  const module = await Test.createTestingModule({ controllers: [Orders] }).compile();
  const modules = module.get(ModulesContainer);
  expect(
    declaredHandlers(modules).map(({ name, patterns, isEvent, extras }) => [name, patterns, isEvent, extras]),
  ).toEqual([
    ['Orders.onOrder', ['orders', /^orders\./], true, { groupId: 'billing' }],
    ['Orders.price', ['prices'], false, {}],
    ['Orders.onInherited', ['inherited'], true, {}],
  ]);
});

test('controllers are searched once per application', async () => {
  const module = await Test.createTestingModule({ controllers: [Orders] }).compile();
  const modules = module.get(ModulesContainer);
  expect(controllerMethods(modules)).toBe(controllerMethods(modules));
});
