import { expect, test } from '@jest/globals';
import type { HandlerSummary } from '../transport/index.js';
import { startedLine } from './started-line.js';

const handlers: HandlerSummary[] = [
  {
    topic: 'orders',
    group: 'shop',
    handler: 'OrdersController.onOrder',
    order: 'key',
    concurrency: 32,
    onFailure: 'park',
  },
];

test('the last line of the start has the handlers as an array in JSON', async () => {
  expect(await startedLine(handlers, 'http://localhost:3000/health', 'json')).toEqual({
    msg: 'started; health is served at http://localhost:3000/health',
    health: 'http://localhost:3000/health',
    handlers,
  });
});

test('the last line of the start has the handlers as a table in the pretty format', async () => {
  const text = await startedLine(handlers, 'http://localhost:3000/health', 'pretty');
  expect(text).toMatch(
    /^started; health is served at http:\/\/localhost:3000\/health\ntopic .+\ngroup shop\n/,
  );
  expect(text).toMatch(/orders +OrdersController.onOrder +key +32 +park/);
});
