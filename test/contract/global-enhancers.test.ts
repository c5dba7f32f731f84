import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type CanActivate,
  Catch,
  Controller,
  Inject,
  Injectable,
  type NestInterceptor,
  type PipeTransform,
  type PreRequestHook,
  type RpcExceptionFilter,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, ModuleRef } from '@nestjs/core';
import { EventPattern, KafkaContext, Payload, RpcException } from '@nestjs/microservices';
import { finalize, of, tap } from 'rxjs';
import { produce } from '../support/kafka.js';
import { Journal } from './journal.js';
import { Topics } from './topics.js';
import { type ContractService, transports } from './transports.js';

describe.each(transports)('enhancers of the whole application on $name', ({ start }) => {
  const topics = new Topics('global');
  const provided = topics.named('provided');
  const used = topics.named('used');
  const journal = new Journal<string>();
  let service: ContractService;

  /** Injected into the APP_ enhancers, which is not possible with `useGlobal...`. */
  @Injectable()
  class Notes {
    readonly note = (entry: string): void => journal.note(entry);
  }

  function guard(note: (entry: string) => void): CanActivate {
    return {
      canActivate: (context) => {
        note('guard');
        return context.switchToRpc().getData<{ denied?: boolean }>().denied !== true;
      },
    };
  }
  function pipe(note: (entry: string) => void): PipeTransform {
    return {
      transform: (value: unknown) => {
        if (!(value instanceof KafkaContext)) note('pipe');
        return value;
      },
    };
  }
  function interceptor(note: (entry: string) => void): NestInterceptor {
    return {
      intercept: (_context, next) => {
        note('interceptor');
        return next.handle().pipe(finalize(() => note('interceptor done')));
      },
    };
  }

  @Catch(RpcException)
  class AppFilter implements RpcExceptionFilter<RpcException> {
    constructor(@Inject(Notes) private readonly notes: Notes) {}
    catch({ message }: RpcException) {
      this.notes.note(`filter: ${message}`);
      return of(undefined);
    }
  }

  function controllerOf(topic: string) {
    @Controller()
    class RecordController {
      @EventPattern<string>(topic)
      onRecord(@Payload() payload: { fails?: boolean }): void {
        journal.note('handler');
        if (payload.fails) throw new RpcException('failed');
      }
    }
    return RecordController;
  }

  const hook: PreRequestHook = (context, next) => {
    journal.note(`hook before ${context.getHandler().name}`);
    return next().pipe(tap({ complete: () => journal.note('hook after') }));
  };

  beforeEach(() => void journal.entries.splice(0));
  async function seen(topic: string, payload: object): Promise<readonly string[]> {
    await produce(topic, [JSON.stringify(payload)]);
    await service.settled(topic);
    return journal.entries;
  }
  const handled = ['guard', 'interceptor', 'pipe', 'handler'];

  describe('provided under the APP_ tokens', () => {
    beforeAll(async () => {
      const provide = (token: string, make: (note: Notes['note']) => unknown) => ({
        provide: token,
        useFactory: ({ note }: Notes) => make(note),
        inject: [Notes],
      });
      const providers = [
        Notes,
        provide(APP_GUARD, guard),
        provide(APP_PIPE, pipe),
        provide(APP_INTERCEPTOR, interceptor),
        { provide: APP_FILTER, useClass: AppFilter },
      ];
      service = await start({ controllers: [controllerOf(provided)], providers }, { topics: topics.all });
    });
    afterAll(() => service.stop());

    test('global guard, interceptor and pipe of the APP_ tokens run in this order around the handler', async () => {
      expect(await seen(provided, {})).toEqual([...handled, 'interceptor done']);
    });

    test('a global filter catches what the handler throws', async () => {
      expect(await seen(provided, { fails: true })).toEqual([
        ...handled,
        'filter: failed',
        'interceptor done',
      ]);
    });

    test('a global filter catches what the guard denies', async () => {
      expect(await seen(provided, { denied: true })).toEqual(['guard', 'filter: Forbidden resource']);
    });
  });

  describe('set by useGlobal... and registerPreRequestHook', () => {
    beforeAll(async () => {
      const { note } = new Notes();
      const prepare = (app: ContractService['app']): void => {
        app.useGlobalGuards(guard(note));
        app.useGlobalPipes(pipe(note));
        app.useGlobalInterceptors(interceptor(note));
        app.useGlobalFilters(new AppFilter({ note }));
        // A hybrid application has no public method for it; that of a microservice sets the same field.
        app.get(ModuleRef)['container'].applicationConfig?.registerPreRequestHook(hook);
      };
      service = await start({ controllers: [controllerOf(used)] }, { topics: topics.all, prepare });
    });
    afterAll(() => service.stop());

    test('a pre-request hook runs around guard, interceptor, pipe and handler', async () => {
      const inside = [...handled, 'interceptor done'];
      expect(await seen(used, {})).toEqual(['hook before onRecord', ...inside, 'hook after']);
    });

    test('a global filter catches what the handler throws', async () => {
      const seenByHook = ['hook before onRecord', ...handled, 'filter: failed', 'interceptor done'];
      expect(await seen(used, { fails: true })).toEqual(seenByHook);
    });
  });
});
