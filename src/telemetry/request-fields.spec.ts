import { Writable } from 'node:stream';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { pinoHttp } from 'pino-http';
import { requestFields } from './request-fields.js';

test('a log line that is written during a request contains neither its headers nor its query', async () => {
  let output = '';
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      output += String(chunk);
      done();
    },
  });
  const log = pinoHttp({ autoLogging: false, serializers: { req: requestFields } }, stream);
  const server = createServer((request, response) => {
    log(request, response);
    request.log.warn('something');
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  await fetch(`http://127.0.0.1:${port}/ops/dead-letters?key=a-key`, {
    headers: { authorization: 'Bearer a-token', connection: 'close' },
  });
  server.close();
  expect(JSON.parse(output)).toMatchObject({ req: { id: 1, method: 'GET', path: '/ops/dead-letters' } });
  expect(output).not.toMatch(/a-key|a-token/);
});
