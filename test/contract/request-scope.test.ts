import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Controller, Inject, Injectable, Scope } from '@nestjs/common';
import { type ContextId, ContextIdFactory, type ContextIdStrategy, ModuleRef, REQUEST } from '@nestjs/core';
import { EventPattern, type KafkaContext, Payload, type RequestContext } from '@nestjs/microservices';
import { produce } from '../support/kafka.js';
import { Journal } from './journal.js';
import { Topics } from './topics.js';
import { type ContractService, transports } from './transports.js';

type Request = RequestContext<unknown, KafkaContext>;

/** One subtree of durable providers per tenant. */
class TenantStrategy implements ContextIdStrategy<RequestContext<{ tenant?: string }>> {
  readonly #tenants = new Map<string, ContextId>();

  attach(contextId: ContextId, request: RequestContext<{ tenant?: string }>) {
    const { tenant } = request.data;
    if (tenant === undefined) return () => contextId;
    const ofTenant = this.#tenants.get(tenant) ?? ContextIdFactory.create();
    this.#tenants.set(tenant, ofTenant);
    const resolve = ({ isTreeDurable }: { isTreeDurable: boolean }) => (isTreeDurable ? ofTenant : contextId);
    return { resolve, payload: { tenant } };
  }
}

describe.each(transports)('scopes on $name', ({ start }) => {
  const topics = new Topics('scopes');
  const [byRequest, byController, byModuleRef, durable] = [
    topics.named('request'),
    topics.named('controller'),
    topics.named('module-ref'),
    topics.named('durable'),
  ];
  const journal = new Journal<unknown>();
  let service: ContractService;
  let count = 0;

  @Injectable({ scope: Scope.REQUEST })
  class RequestScoped {
    readonly instance = ++count;
    constructor(@Inject(REQUEST) readonly request: Request) {}
  }

  @Controller()
  class RequestController {
    readonly instance = ++count;
    constructor(@Inject(RequestScoped) private readonly scoped: RequestScoped) {}

    @EventPattern<string>(byRequest)
    onRecord(@Payload() payload: unknown): void {
      const { request, instance } = this.scoped;
      const [data, pattern] = [request.getData(), request.getPattern()];
      const topic = request.getContext().getTopic();
      journal.note({ payload, data, pattern, topic, provider: instance, controller: this.instance });
    }
  }

  @Controller({ scope: Scope.REQUEST })
  class ScopedController {
    readonly instance = ++count;

    @EventPattern<string>(byController)
    onRecord(): void {
      journal.note(this.instance);
    }
  }

  @Controller()
  class ResolvingController {
    constructor(@Inject(ModuleRef) private readonly moduleRef: ModuleRef) {}

    @EventPattern<string>(byModuleRef)
    async onRecord(): Promise<void> {
      const contextId = ContextIdFactory.create();
      this.moduleRef.registerRequestByContextId('a request of its own', contextId);
      const { request } = await this.moduleRef.resolve(RequestScoped, contextId, { strict: false });
      journal.note(request);
    }
  }

  @Injectable({ scope: Scope.REQUEST, durable: true })
  class OfTenant {
    readonly instance = ++count;
    constructor(@Inject(REQUEST) readonly request: { readonly tenant: string }) {}
  }

  @Controller()
  class TenantController {
    constructor(@Inject(OfTenant) private readonly ofTenant: OfTenant) {}

    @EventPattern<string>(durable)
    onRecord(): void {
      journal.note(`${this.ofTenant.request.tenant} ${this.ofTenant.instance}`);
    }
  }

  beforeAll(async () => {
    ContextIdFactory.apply(new TenantStrategy());
    const controllers = [RequestController, ScopedController, ResolvingController, TenantController];
    service = await start({ controllers, providers: [RequestScoped, OfTenant] }, { topics: topics.all });
  });
  afterAll(() => service.stop());
  beforeEach(() => {
    journal.entries.splice(0);
    count = 0;
  });

  const withKey = (...values: string[]) => values.map((value) => ({ key: 'k', value }));

  test('each record has its own request-scoped provider and controller, with the request injected', async () => {
    await produce(byRequest, withKey('{"id":1}', '{"id":2}'));
    const seen = (await journal.reaches(2)) as readonly { provider: number; controller: number }[];
    const [pattern, topic] = [byRequest, byRequest];
    expect(seen).toMatchObject([
      { payload: { id: 1 }, data: { id: 1 }, pattern, topic },
      { payload: { id: 2 }, data: { id: 2 }, pattern, topic },
    ]);
    expect(new Set(seen.flatMap(({ provider, controller }) => [provider, controller])).size).toBe(4);
  });

  test('a request-scoped controller is created for each record', async () => {
    await produce(byController, withKey('a', 'b', 'c'));
    expect(new Set(await journal.reaches(3)).size).toBe(3);
  });

  test('ModuleRef resolves a request-scoped provider within a handler', async () => {
    await produce(byModuleRef, ['a']);
    expect(await journal.reaches(1)).toEqual(['a request of its own']);
  });

  test('a durable provider is shared by all records of its tenant', async () => {
    await produce(durable, withKey('{"tenant":"x"}', '{"tenant":"y"}', '{"tenant":"x"}'));
    expect(await journal.reaches(3)).toEqual(['x 1', 'y 2', 'x 1']);
  });
});
