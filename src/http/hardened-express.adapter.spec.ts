import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import 'reflect-metadata';
import { Body, Controller, Get, Header, type INestApplication, Module, Param, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { HardenedExpressAdapter, HTTP_LIMITS } from './hardened-express.adapter.js';

const KEY = 'a\u001b[2J\u009b\u007f\u202e';

@Controller()
class SomeController {
  @Get('page')
  @Header('content-type', 'text/html')
  page(): string {
    return '<p>';
  }

  @Get('items/:id')
  item(@Param('id') id: string): string {
    return id;
  }

  @Get('broken')
  broken(): never {
    throw new TypeError('the password is hunter22');
  }

  @Get('named')
  named(): unknown {
    return { key: KEY };
  }

  @Post('echo')
  echo(@Body() body: unknown): unknown {
    return { body };
  }
}

@Module({ controllers: [SomeController] })
class SomeModule {}

let app: INestApplication;
let url: string;
beforeAll(async () => {
  app = await NestFactory.create(SomeModule, new HardenedExpressAdapter(), { logger: false });
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
});
afterAll(() => app.close());

/** Sends raw bytes; resolves with everything received until the server closes the connection. */
async function raw(text: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (part: string) => (answer += part));
  // A server that rejects a request may reset the connection while the client is still writing.
  socket.on('error', () => undefined);
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
const post = (body: string, type = 'application/json'): Promise<Response> =>
  fetch(`${url}/echo`, { method: 'POST', body, headers: { 'content-type': type } });

describe('every response', () => {
  it.each([
    '/page',
    '/nothing',
    '/broken',
    '/%E0%A4%A',
    '/items/%E0%A4%A',
    '/%00',
    '/a%2F..%2F..%2Fetc',
    '//',
    '/page?__proto__[a]=1',
  ])(
    'every response has the protective headers, and neither a stack nor the server’s name: %s',
    async (path) => {
      const answer = await raw(get(path));
      expect(answer).toMatch(/^HTTP\/1.1 (200|400|404|500) /);
      expect(answer).toMatch(/^x-content-type-options: nosniff\r$/im);
      expect(answer).toMatch(/^content-security-policy: default-src 'self';/im);
      expect(answer).toMatch(/^x-frame-options: deny\r$/im);
      expect(answer).toMatch(/^referrer-policy: no-referrer\r$/im);
      expect(answer).not.toMatch(/x-powered-by|upgrade-insecure|strict-transport/i);
      expect(answer).not.toMatch(/\n\s+at |\.js|hunter22|node_modules/);
    },
  );

  it('every response is JSON that is safe for a terminal and keeps its meaning', async () => {
    const answer = await fetch(`${url}/named`);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const body = await answer.text();
    expect(body).toBe(String.raw`{"key":"a\u001b[2J\u009b\u007f\u202e"}`);
    expect(JSON.parse(body)).toEqual({ key: KEY });
  });

  it('the response to an invalid request says what is wrong with it', async () => {
    expect(await raw(get('/items/%E0%A4%A'))).toMatch(/^HTTP\/1.1 400 /);
    expect((await post('{"a":')).status).toBe(400);
    expect(await (await post('{"a":')).text()).not.toMatch(/\n\s+at |\.js/);
    expect((await fetch(`${url}/nothing`)).status).toBe(404);
  });
});

describe('requests are limited', () => {
  it('a request body may only be JSON of limited size', async () => {
    expect(await (await post('{"a":1}')).json()).toEqual({ body: { a: 1 } });
    expect(await (await post('a=1', 'application/x-www-form-urlencoded')).json()).toEqual({});
    expect((await post(JSON.stringify('x'.repeat(HTTP_LIMITS.maxJsonBytes)))).status).toBe(413);
  });

  it('the headers of a request are limited in size', async () => {
    const large = await raw(get(`/page?${'x'.repeat(HTTP_LIMITS.maxHeaderBytes)}`));
    expect(large).toMatch(/^HTTP\/1.1 431 /);
  });

  it('the time to receive the headers is limited', async () => {
    expect(await raw('GET /page HTTP/1.1\r\nHost: a\r\n')).toMatch(/^HTTP\/1.1 408 /);
  }, 30_000);

  it('the time to receive the body is limited', async () => {
    const slow =
      'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{';
    expect(await raw(slow)).toMatch(/^HTTP\/1.1 408 /);
  }, 30_000);

  it('a request that is not HTTP is rejected', async () => {
    expect(await raw('\x16\x03\x01\x02\x00\x01\x00\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
  });
});
