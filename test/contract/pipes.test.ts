import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type ArgumentMetadata,
  Catch,
  Controller,
  Injectable,
  ParseIntPipe,
  type PipeTransform,
  type RpcExceptionFilter,
  UseFilters,
  UsePipes,
} from '@nestjs/common';
import { Ctx, EventPattern, KafkaContext, Payload, RpcException } from '@nestjs/microservices';
import { type Observable, of } from 'rxjs';
import { produce } from '../support/kafka.js';
import { Journal } from './journal.js';
import { Topics } from './topics.js';
import { type ContractService, transports } from './transports.js';

/** What a payload is converted to. */
class Order {
  constructor(readonly id: number) {}
}

/** Validates and transforms like Nest's ValidationPipe. */
@Injectable()
class OrderPipe implements PipeTransform {
  async transform(value: unknown, { metatype }: ArgumentMetadata): Promise<unknown> {
    if (metatype !== Order) return value;
    const id = typeof value === 'object' && value !== null && 'id' in value ? Number(value.id) : NaN;
    if (Number.isNaN(id)) throw new RpcException({ message: 'an order has a number for an id' });
    return new Order(id);
  }
}

describe.each(transports)('pipes on $name', ({ start }) => {
  const topics = new Topics('pipes');
  const ofMethod = topics.named('of-method');
  const ofParameter = topics.named('of-parameter');
  const ofField = topics.named('of-field');
  const ofController = topics.named('of-controller');
  const ordered = topics.named('ordered');
  const journal = new Journal<unknown>();
  let service: ContractService;

  function tracing(name: string): PipeTransform {
    return {
      transform: (value: unknown, { type }: ArgumentMetadata) => {
        if (!(value instanceof KafkaContext)) journal.note(`${name} ${type}`);
        return value;
      },
    };
  }

  @Catch()
  class RefusalFilter implements RpcExceptionFilter<Error> {
    catch(error: Error): Observable<unknown> {
      journal.note({ refused: error.constructor.name, because: error.message });
      return of(undefined);
    }
  }

  @Controller()
  @UseFilters(RefusalFilter)
  class PipesController {
    @UsePipes(OrderPipe)
    @EventPattern<string>(ofMethod)
    onMethod(@Payload() order: Order, @Ctx() context: KafkaContext): void {
      journal.note([order, context.getTopic()]);
    }

    @EventPattern<string>(ofParameter)
    onParameter(@Payload(OrderPipe) order: Order): void {
      journal.note(order);
    }

    @EventPattern<string>(ofField)
    onField(@Payload('id', ParseIntPipe) id: number): void {
      journal.note(id);
    }
  }

  @Controller()
  @UsePipes(OrderPipe)
  @UseFilters(RefusalFilter)
  class PipedController {
    @EventPattern<string>(ofController)
    onRecord(@Payload() order: Order): void {
      journal.note(order);
    }
  }

  @Controller()
  @UsePipes(tracing('controller'))
  class OrderedController {
    @UsePipes(tracing('method'))
    @EventPattern<string>(ordered)
    onRecord(@Payload(tracing('parameter')) payload: unknown, @Ctx() _context: KafkaContext): void {
      journal.note(payload);
    }
  }

  beforeAll(async () => {
    const controllers = [PipesController, PipedController, OrderedController];
    const prepare = (app: ContractService['app']) => void app.useGlobalPipes(tracing('global'));
    service = await start({ controllers }, { topics: topics.all, prepare });
  });
  afterAll(() => service.stop());
  beforeEach(() => void journal.entries.splice(0));

  const refusal = { refused: 'RpcException', because: 'an order has a number for an id' };
  const handled = () => journal.entries.filter((entry) => typeof entry !== 'string');

  test.each([
    ['method', ofMethod, [new Order(7), ofMethod], refusal],
    ['parameter', ofParameter, new Order(7), refusal],
    ['controller', ofController, new Order(7), refusal],
    [
      'field',
      ofField,
      7,
      {
        refused: 'BadRequestException',
        because: 'Validation failed (numeric string is expected)',
      },
    ],
  ])(
    'a pipe of a %s transforms the payload, or its error reaches the filters',
    async (_of, topic, seen, no) => {
      await produce(topic, [{ key: 'k', value: '{"id":"7"}' }]);
      await produce(topic, [{ key: 'k', value: '{"id":"seven"}' }]);
      await service.settled(topic);
      expect(handled()).toEqual([seen, no]);
    },
  );

  test('pipes run from the application over the controller and the method to the parameter', async () => {
    await produce(ordered, ['a']);
    const seen = await journal.reaches(5);
    expect(seen).toEqual(['global body', 'controller body', 'method body', 'parameter body', 'a']);
  });
});
