import 'reflect-metadata';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Controller, type INestApplication, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { connectKafka, KafkaHandler, KafkaModule } from '../transport/index.js';
import { type AuditLine, KafkaOpsModule } from './index.js';

const TOKEN = 'a-token-of-the-host';
const kafka = KafkaModule.forRoot({ brokers: ['127.0.0.1:1'], clientId: 'c', groupId: 'shop' });

@Controller()
class OrdersController {
  @KafkaHandler('orders')
  onOrder(): void {}
}

let lines: AuditLine[] = [];
let app: INestApplication | undefined;

beforeEach(() => {
  lines = [];
});
afterEach(() => app?.close());

/** An application with its own HTTP server and the operators' endpoints; returns its URL. */
async function started(): Promise<string> {
  @Module({
    imports: [kafka, KafkaOpsModule.forRoot({ token: TOKEN, audit: (line) => lines.push(line) })],
    controllers: [OrdersController],
  })
  class HostModule {}
  app = await created(HostModule);
  connectKafka(app);
  await app.listen(0, '127.0.0.1');
  await app.startAllMicroservices();
  return app.getUrl();
}

function created(module: Type): Promise<INestApplication> {
  return NestFactory.create(module, { logger: false, abortOnError: false });
}

async function ask(url: string, path: string, init: RequestInit = {}): Promise<[number, unknown]> {
  const headers = { authorization: `Bearer ${TOKEN}`, connection: 'close', ...init.headers };
  const answer = await fetch(`${url}/ops/${path}`, { ...init, headers });
  return [answer.status, await answer.json()];
}

test('an application that imports KafkaOpsModule shows the state of its consumers to operators with the token', async () => {
  const url = await started();
  expect(await ask(url, 'state')).toMatchObject([200, { groups: [{ groupId: 'shop' }] }]);
  expect(await ask(url, 'state', { headers: { authorization: 'Bearer wrong' } })).toMatchObject([401, {}]);
});

test('a change by an operator is written to the audit log of the application', async () => {
  const url = await started();
  const body = JSON.stringify({ topic: 'orders' });
  const post = { method: 'POST', body, headers: { 'content-type': 'application/json' } };
  expect(await ask(url, 'pause', post)).toMatchObject([
    200,
    { groups: [{ pausedByOperator: [{ topic: 'orders' }] }] },
  ]);
  expect(lines).toMatchObject([{ what: 'pause', parameters: { topic: 'orders' }, outcome: 'done' }]);
});

test('endpoints that only the reference service can serve are not part of KafkaOpsModule', async () => {
  const url = await started();
  for (const path of ['log-level', 'openapi.json']) expect(await ask(url, path)).toMatchObject([404, {}]);
});

test.each([
  ['', 'got:     not set'],
  ['too-short', 'got:     set, 9 characters'],
  ['a token with spaces in it', 'got:     set, 25 characters'],
])('KafkaOpsModule rejects the token "%s" and does not show it', async (token, got) => {
  @Module({ imports: [kafka, KafkaOpsModule.forRoot({ token })], controllers: [OrdersController] })
  class HostModule {}
  const creating = created(HostModule);
  await expect(creating).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  await expect(creating).rejects.toThrow(got);
  await expect(creating).rejects.toMatchObject({ message: expect.not.stringContaining(`"${token}"`) });
});
