import { expect, jest, test } from '@jest/globals';
import { Controller, type INestApplication, RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import { z } from 'zod';
import { KafkaOpsModule } from '../../../src/ops/index.js';
import { describeOps, OpsModule } from '../../../src/ops/ops.module.js';
import { KafkaHandler } from '../../../src/transport/index.js';
import { startService } from '../../support/service.js';
import { TOKEN } from './ops-process.js';

jest.setTimeout(60_000);

const Operation = z.looseObject({
  operationId: z.string(),
  summary: z.string(),
  security: z.tuple([z.object({ bearer: z.array(z.string()) })]),
  responses: z.looseObject({
    200: z.looseObject({
      content: z.looseObject({ 'application/json': z.looseObject({ schema: z.looseObject({}) }) }),
    }),
    401: z.looseObject({ description: z.string() }),
  }),
  parameters: z
    .array(z.looseObject({ name: z.string(), in: z.literal('query'), schema: z.looseObject({}) }))
    .optional(),
});
const Document = z.looseObject({
  openapi: z.string().regex(/^3\.0\.\d$/),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  paths: z.record(z.string().startsWith('/ops/'), z.record(z.string(), Operation)),
  components: z.looseObject({
    securitySchemes: z.looseObject({
      bearer: z.looseObject({ type: z.literal('http'), scheme: z.literal('bearer') }),
    }),
  }),
});

@Controller()
class OrdersController {
  @KafkaHandler('orders')
  on(): void {}
}

test('the OpenAPI document describes every route, with what it takes and answers', async () => {
  const service = await startService(
    { controllers: [OrdersController], imports: [OpsModule] },
    { OPS_TOKEN: TOKEN },
    describeOps,
  );
  try {
    const response = await fetch(`${service.url}/ops/openapi.json`, {
      headers: { authorization: `Bearer ${TOKEN}`, connection: 'close' },
    });
    const text = await response.text();
    const { paths, components } = Document.parse(JSON.parse(text));
    const described = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.toSorted()).toEqual(routesOf(service.app).toSorted());

    const operations = Object.values(paths).flatMap((each) => Object.values(each));
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      expect(components.schemas).toHaveProperty([name ?? '']);
    }
    const replay = JSON.stringify(paths['/ops/dead-letters/replay']?.post);
    expect(replay).toContain('"default":true');
    expect(replay).toContain('"wouldReplay"');
    const query = paths['/ops/dead-letters']?.get?.parameters?.map(({ name }) => name);
    expect(query?.toSorted()).toEqual(['key', 'limit', 'reason', 'records', 'since', 'topic']);
  } finally {
    await service.stop();
  }
});

/** The routes of the modules according to Nest's metadata. */
function routesOf(app: INestApplication): string[] {
  const modules = [...app.get(ModulesContainer).values()].filter(
    ({ metatype }) => metatype === OpsModule || metatype === KafkaOpsModule,
  );
  const controllers = modules.flatMap((module) => [...module.controllers.values()]);
  return controllers.flatMap(({ metatype }) => {
    const prototype: unknown = metatype?.prototype;
    if (typeof prototype !== 'object' || prototype === null) return [];
    return new MetadataScanner().getAllMethodNames(prototype).flatMap((name) => {
      const method: unknown = Reflect.get(prototype, name);
      if (typeof method !== 'function') return [];
      const verb: unknown = Reflect.getMetadata(METHOD_METADATA, method);
      if (typeof verb !== 'number') return [];
      const path = [
        Reflect.getMetadata(PATH_METADATA, metatype ?? Object),
        Reflect.getMetadata(PATH_METADATA, method),
      ];
      return [`${RequestMethod[verb]} /${path.filter((each) => each !== '/').join('/')}`];
    });
  });
}
