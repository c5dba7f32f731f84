import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { produce, uniqueName } from '../../support/kafka.js';
import { dlq, endProcesses, moduleFile } from './cli-process.js';
import { createTopics, letter, type Topics } from './dead-letters.js';

jest.setTimeout(180_000);
let topics: Topics;
beforeAll(async () => {
  Logger.overrideLogger(false);
  topics = await createTopics('mistakes');
  await produce(topics.dlt, [letter({ topic: topics.topic, value: 'a' })]);
});
afterEach(endProcesses);

const ONE_LINE = /^error: [^\n]+\n$/;

describe('a dlq command that is mistyped', () => {
  it.each([
    ['an unknown command', ['lst']],
    ['an unknown option', ['list', '--reasn', 'x']],
    ['no topic', ['replay']],
    ['a time that is none', ['list', '--since', 'yesterday']],
    ['a time below zero', ['list', '--since', '-1h']],
    ['a rate that is none', ['replay', 't', '--rate', 'fast']],
    ['a limit of none', ['replay', 't', '--limit', '0']],
    ['half a replay', ['replay', 't', '--max-replays', '1.5']],
    ['an offset below zero', ['show', 't', '0', '-1']],
    ['a partition that is no number', ['show', 't', 'x', '0']],
    ['one argument too many', ['purge', 't', 'u', '--yes']],
  ])('a mistyped dlq command with %s is reported in one line with exit code 2', async (_, args) => {
    const { code, stdout, stderr } = await dlq('t', args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(ONE_LINE);
  });

  it.each([
    ['there is no such file', () => '/no/such/file.mjs', 2],
    ['it exports no function', () => moduleFile('none.mjs', 'export default 1;'), 2],
    ["it can't be read", () => moduleFile('broken.mjs', 'export default ('), 1],
  ])('a transform of which %s is reported in one line', async (_, file, expected) => {
    const { topic } = topics;
    const { code, stderr } = await dlq(topic, ['replay', topic, '--dry-run', '--transform', file()]);
    expect(code).toBe(expected);
    expect(stderr).toMatch(ONE_LINE);
    expect(stderr).toContain('--transform');
  });
});

describe('a dlq command that cannot do its work', () => {
  it('a dlq command reports that a topic has no dead letters', async () => {
    const topic = uniqueName('none');
    const { code, stderr } = await dlq(topic, ['list', topic]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `error: no dead letters of ${topic}: there is no topic ${topic}.dlt\n`,
    });
  });

  it('a dlq command reports that the target topic does not exist', async () => {
    const { topic } = topics;
    const { code, stderr } = await dlq(topic, ['replay', topic, '--to', `${topic}-not`, '--yes']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `error: --to ${topic}-not: there is no such topic\n`,
    });
  });

  it('a dlq command reports that no broker answers', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    server.close();
    await once(server, 'close');
    const { code, stdout, stderr } = await dlq('t', ['list'], { KAFKA_BROKERS: `127.0.0.1:${port}` });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^error: no broker at 127\\.0\\.0\\.1:${port} answers: [^\n]+\n$`));
  });
});
