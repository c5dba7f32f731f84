import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type ArgumentsHost,
  type CanActivate,
  Catch,
  Controller,
  type ExecutionContext,
  Injectable,
  type RpcExceptionFilter,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import { EventPattern, KafkaContext, Payload, RpcException } from '@nestjs/microservices';
import { delay, type Observable, of } from 'rxjs';
import { produce } from '../support/kafka.js';
import { Journal } from './journal.js';
import { Topics } from './topics.js';
import { type ContractService, transports } from './transports.js';

describe.each(transports)('guards on $name', ({ start }) => {
  const topics = new Topics('guards');
  const byMethod = topics.named('by-method');
  const byController = topics.named('by-controller');
  const later = topics.named('later');
  const inspected = topics.named('inspected');
  const journal = new Journal<unknown>();
  let service: ContractService;

  /** Lets only records through whose payload says so. */
  @Injectable()
  class PayloadGuard implements CanActivate {
    canActivate(context: ExecutionContext): boolean {
      return context.switchToRpc().getData<{ allowed: boolean }>().allowed;
    }
  }

  /** The same, after a delay. */
  @Injectable()
  class LateGuard implements CanActivate {
    canActivate(context: ExecutionContext): Observable<boolean> {
      return of(new PayloadGuard().canActivate(context)).pipe(delay(5));
    }
  }

  @Injectable()
  class InspectingGuard implements CanActivate {
    async canActivate(context: ExecutionContext): Promise<boolean> {
      const rpc = context.switchToRpc();
      journal.note({
        type: context.getType(),
        controller: context.getClass().name,
        method: context.getHandler().name,
        topic: rpc.getContext<KafkaContext>().getTopic(),
        args: context.getArgs().length,
        isContext: context.getArgByIndex<unknown>(1) instanceof KafkaContext,
      });
      return true;
    }
  }

  @Catch(RpcException)
  class DenialFilter implements RpcExceptionFilter<RpcException> {
    catch(error: RpcException, host: ArgumentsHost): Observable<unknown> {
      journal.note({ denied: error.getError(), payload: host.switchToRpc().getData() });
      return of(undefined);
    }
  }

  @Controller()
  @UseFilters(DenialFilter)
  class MethodController {
    @UseGuards(PayloadGuard)
    @EventPattern(byMethod)
    onRecord(@Payload() payload: unknown): void {
      journal.note(payload);
    }

    @UseGuards(LateGuard)
    @EventPattern(later)
    onLaterRecord(@Payload() payload: unknown): void {
      journal.note(payload);
    }

    @UseGuards(InspectingGuard)
    @EventPattern<string>(inspected)
    onInspected(): void {}
  }

  @Controller()
  @UseGuards(PayloadGuard)
  @UseFilters(DenialFilter)
  class GuardedController {
    @EventPattern(byController)
    onRecord(@Payload() payload: unknown): void {
      journal.note(payload);
    }
  }

  beforeAll(async () => {
    const controllers = [MethodController, GuardedController];
    service = await start({ controllers }, { topics: topics.all });
  });
  afterAll(() => service.stop());
  beforeEach(() => void journal.entries.splice(0));

  test.each([
    ['of a method', byMethod],
    ['of a controller', byController],
    ['that answers later', later],
  ])('a guard %s lets a record through, or passes a denial to the filters', async (_which, topic) => {
    await produce(topic, [{ key: 'k', value: '{"allowed":true}' }]);
    await produce(topic, [{ key: 'k', value: '{"allowed":false}' }]);
    await service.settled(topic);
    expect(journal.entries).toEqual([
      { allowed: true },
      { denied: 'Forbidden resource', payload: { allowed: false } },
    ]);
  });

  test('a guard gets the context type, the controller class and the handler', async () => {
    await produce(inspected, ['a']);
    const [type, controller, method] = ['rpc', 'MethodController', 'onInspected'];
    expect(await journal.reaches(1)).toEqual([
      { type, controller, method, topic: inspected, args: 2, isContext: true },
    ]);
  });
});
