import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type ArgumentsHost,
  Catch,
  Controller,
  type RpcExceptionFilter,
  UseFilters,
  UsePipes,
} from '@nestjs/common';
import { EventPattern, KafkaContext, Payload, RpcException } from '@nestjs/microservices';
import { type Observable, of, throwError } from 'rxjs';
import { produce } from '../support/kafka.js';
import { Journal } from './journal.js';
import { Topics } from './topics.js';
import { type ContractService, transports } from './transports.js';

class StockError extends Error {}
class OutOfStockError extends StockError {}

describe.each(transports)('exception filters on $name', ({ start }) => {
  const topics = new Topics('filters');
  const journal = new Journal<unknown>();
  let service: ContractService;

  /** Swallows an error and notes which filter did so. */
  abstract class SwallowingFilter implements RpcExceptionFilter<Error> {
    catch(error: Error, host: ArgumentsHost): Observable<unknown> {
      const [kind, context] = [host.getType(), host.switchToRpc().getContext<KafkaContext>()];
      journal.note([this.constructor.name, error.constructor.name, kind, context.getTopic()].join(' '));
      return of(undefined);
    }
  }

  @Catch()
  class MethodFilter extends SwallowingFilter {}
  @Catch()
  class ControllerFilter extends SwallowingFilter {}
  @Catch(OutOfStockError)
  class OutOfStockFilter extends SwallowingFilter {}
  @Catch(StockError)
  class StockFilter extends SwallowingFilter {}
  @Catch(RpcException)
  class RpcFilter extends SwallowingFilter {}
  @Catch()
  class GlobalFilter extends SwallowingFilter {}

  const ofMethod = topics.named('of-method');
  const ofController = topics.named('of-controller');
  const ofApplication = topics.named('of-application');
  const specific = topics.named('specific');
  const parent = topics.named('parent');
  const other = topics.named('other');
  const ofPipe = topics.named('of-pipe');
  const promised = topics.named('promised');
  const streamed = topics.named('streamed');

  @Controller()
  @UseFilters(ControllerFilter)
  class FilteredController {
    @UseFilters(MethodFilter)
    @EventPattern<string>(ofMethod)
    onMethod(): void {
      throw new StockError();
    }

    @EventPattern<string>(ofController)
    onController(): void {
      throw new StockError();
    }

    @UsePipes({ transform: () => throwNow(new StockError()) })
    @EventPattern<string>(ofPipe)
    onPipe(@Payload() payload: unknown): void {
      journal.note(payload);
    }

    @EventPattern<string>(promised)
    async onPromised(): Promise<void> {
      await Promise.reject(new StockError());
    }

    @EventPattern<string>(streamed)
    onStreamed(): Observable<never> {
      return throwError(() => new StockError());
    }
  }

  @Controller()
  class BareController {
    @UseFilters(StockFilter, OutOfStockFilter)
    @EventPattern<string>(specific)
    onSpecific(): void {
      throw new OutOfStockError();
    }

    @UseFilters(RpcFilter, StockFilter)
    @EventPattern<string>(parent)
    onParent(): void {
      throw new OutOfStockError();
    }

    @UseFilters(StockFilter)
    @EventPattern<string>(other)
    onOther(): void {
      throw new RpcException('other');
    }

    @EventPattern<string>(ofApplication)
    onApplication(): void {
      throw new TypeError();
    }
  }

  beforeAll(async () => {
    const controllers = [FilteredController, BareController];
    const prepare = (app: ContractService['app']) => void app.useGlobalFilters(new GlobalFilter());
    service = await start({ controllers }, { topics: topics.all, prepare });
  });
  afterAll(() => service.stop());
  beforeEach(() => void journal.entries.splice(0));

  test.each([
    ['of a method goes before that of its controller', ofMethod, 'MethodFilter StockError'],
    ['of a controller goes before that of the application', ofController, 'ControllerFilter StockError'],
    ['of the application catches what is left', ofApplication, 'GlobalFilter TypeError'],
    ['that is named last goes first', specific, 'OutOfStockFilter OutOfStockError'],
    ['catches subclasses too', parent, 'StockFilter OutOfStockError'],
    ['that does not match leaves the error to a wider one', other, 'GlobalFilter RpcException'],
    ['catches what a pipe throws', ofPipe, 'ControllerFilter StockError'],
    ['catches what a promise rejects with', promised, 'ControllerFilter StockError'],
    ['catches what a stream fails with', streamed, 'ControllerFilter StockError'],
  ])('an exception filter %s, and the record is settled', async (_behaviour, topic, seen) => {
    await produce(topic, ['a']);
    await service.settled(topic);
    expect(journal.entries).toEqual([`${seen} rpc ${topic}`]);
  });
});

function throwNow(error: Error): never {
  throw error;
}
