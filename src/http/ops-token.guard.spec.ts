import { afterEach, describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import { Controller, Get, type INestApplication, Module, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { HardenedExpressAdapter } from './hardened-express.adapter.js';
import { OPS_TOKEN, OpsTokenGuard } from './ops-token.guard.js';

const TOKEN = 'correct-horse-battery-staple';

@Controller()
@UseGuards(OpsTokenGuard)
class OpsController {
  @Get()
  get(): string {
    return 'secret';
  }
}

let app: INestApplication | undefined;
afterEach(() => app?.close());

/** The response of a guarded endpoint to this header. */
async function answer(token: string | undefined, authorization?: string): Promise<Response> {
  @Module({
    controllers: [OpsController],
    providers: [{ provide: OPS_TOKEN, useFactory: () => token }],
  })
  class OpsModule {}
  app = await NestFactory.create(OpsModule, new HardenedExpressAdapter(), { logger: false });
  await app.listen(0, '127.0.0.1');
  return fetch(await app.getUrl(), authorization === undefined ? {} : { headers: { authorization } });
}

describe('the guard of the operators’ endpoints', () => {
  it.each([`Bearer ${TOKEN}`, `bearer  ${TOKEN}`])(
    'the guard of the operators’ endpoints accepts the token: %s',
    async (header) => {
      const response = await answer(TOKEN, header);
      expect([response.status, await response.text()]).toEqual([200, 'secret']);
    },
  );

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    `Basic ${TOKEN}`,
    TOKEN,
    `Bearer ${TOKEN.slice(0, -1)}`,
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN} ${TOKEN}`,
    `Bearer ${TOKEN.toUpperCase()}`,
  ])('the guard of the operators’ endpoints answers 401 to another header: %s', async (header) => {
    const response = await answer(TOKEN, header);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(await response.text()).not.toContain(TOKEN);
  });

  it.each([undefined, 'Bearer undefined', `Bearer ${TOKEN}`])(
    'the guard of the operators’ endpoints answers 403 if there is no token, and says what to set: %s',
    async (header) => {
      const response = await answer(undefined, header);
      expect([response.status, await response.text()]).toEqual([403, expect.stringContaining('OPS_TOKEN')]);
    },
  );
});
