import { afterEach, expect, jest, test } from '@jest/globals';
import { endProcesses } from '../../support/main-process.js';
import { Scene, TOKEN } from './ops-process.js';

jest.setTimeout(180_000);
afterEach(endProcesses);

const routes: readonly (readonly [method: string, path: string])[] = [
  ['GET', 'state'],
  ['POST', 'pause'],
  ['POST', 'resume'],
  ['GET', 'dead-letters'],
  ['GET', 'dead-letters/record'],
  ['POST', 'dead-letters/replay'],
  ['GET', 'parked'],
  ['GET', 'parked/records'],
  ['POST', 'parked/release'],
  ['GET', 'log-level'],
  ['PUT', 'log-level'],
  ['DELETE', 'log-level'],
  ['GET', 'openapi.json'],
];

test('without OPS_TOKEN there are no operators’ endpoints, and their code is not loaded', async () => {
  const scene = await Scene.create();
  const service = scene.start({});
  for (const [method, path] of routes) {
    expect([path, (await service.request(method, path, undefined, TOKEN)).status]).toEqual([path, 404]);
  }
  expect(service.output).not.toContain('loaded ');
});

test('without the token or with a wrong one, every operators’ endpoint gives the same answer to any request', async () => {
  const scene = await Scene.create();
  const service = scene.start();
  const answers = new Set<string>();
  for (const [method, path] of routes) {
    for (const token of [undefined, `${TOKEN}x`, TOKEN.slice(0, -1)]) {
      const body = method === 'GET' ? undefined : { topic: scene.topic('orders'), nonsense: true };
      const response = await service.request(method, path, body, token);
      const challenge = response.headers.get('www-authenticate');
      answers.add(JSON.stringify([response.status, challenge, await response.text()]));
    }
  }
  expect([...answers]).toEqual([expect.stringMatching(/^\[401,"Bearer",/)]);
  expect(service.output).toContain('loaded ');
  expect(service.output).not.toContain(TOKEN);
  expect(service.audit).toEqual([]);
});

test('an invalid request to an operators’ endpoint is answered with the reason, without a stack', async () => {
  const scene = await Scene.create();
  const service = scene.start();
  const topic = scene.topic('orders');
  await service.joined(3);
  const wrong = [
    ['POST', 'pause', {}, 400, /topic/],
    ['POST', 'pause', { topic, partitions: 1 }, 400, /partitions/],
    ['POST', 'pause', { topic, partition: -1 }, 400, /partition/],
    ['POST', 'pause', { topic, partition: 7 }, 404, /has no partition 7; it has 1/],
    ['POST', 'pause', { topic: `${topic}x` }, 404, new RegExp(`assigned to this member is .*${topic}`)],
    ['POST', 'resume', { topic, group: 'nobody' }, 404, new RegExp(`there is ${scene.groupId}`)],
    ['GET', 'dead-letters?since=yesterday', undefined, 400, /since: must be a time such as/],
    ['GET', 'dead-letters?limit=0', undefined, 400, /limit/],
    ['GET', `dead-letters?topic=${topic}`, undefined, 404, /there is no topic .*\.dlt/],
    ['GET', `dead-letters/record?topic=${topic}`, undefined, 400, /partition.*offset/s],
    ['GET', `dead-letters/record?topic=${topic}&partition=0&offset=-1`, undefined, 400, /offset/],
    ['GET', `dead-letters/record?topic=${topic}&partition=0&offset=0`, undefined, 404, /there is no topic/],
    ['GET', 'parked/records?key=k', undefined, 404, /no such key is parked/],
    ['POST', 'dead-letters/replay', { topic, limit: 1e9 }, 400, /limit/],
    ['POST', 'dead-letters/replay', { topic, dryRun: 'no' }, 400, /dryRun/],
    ['POST', 'parked/release', {}, 400, /key/],
    ['POST', 'parked/release', { key: 'k' }, 404, /no such key is parked/],
    ['PUT', 'log-level', { level: 'loud' }, 400, /level/],
    ['PUT', 'log-level', { level: 'debug', for: '2d' }, 400, /for: must be 24h at most/],
  ] as const;
  for (const [method, path, body, status, words] of wrong) {
    const answer = await service.ask(method, path, body);
    expect([path, body, answer.status]).toEqual([path, body, status]);
    expect(JSON.stringify(answer.body)).toMatch(words);
    expect(JSON.stringify(answer.body)).not.toMatch(/\.[jt]s:\d+/);
  }
});
