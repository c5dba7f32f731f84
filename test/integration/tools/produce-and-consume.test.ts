import path from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { execute } from '../../../tools/kafka/execute.js';
import { projectRoot } from '../../../tools/project.js';
import { uniqueName } from '../../support/kafka.js';

jest.setTimeout(60_000);

const brokers = process.env['TEST_KAFKA_BROKERS'] ?? '';

/** Runs a built tool. */
function tool(name: 'produce' | 'consume', args: readonly string[], stdin = '') {
  const main = path.join(projectRoot, `dist/tools/${name}/main.js`);
  const { KAFKA_BROKERS: _, ...env } = process.env;
  return execute(process.execPath, [main, ...args], { stdin, timeoutMs: 30_000, env });
}

test('consume prints the records that produce has sent, from an offset and up to a limit', async () => {
  const topic = uniqueName('printed');
  const sent = await tool(
    'produce',
    [topic, '--create', '--key-field', 'id', '--brokers', brokers],
    '{"id":"a"}\n{"id":"b"}\n{"id":"c"}\n',
  );
  expect(sent).toMatchObject({ code: 0 });
  const all = await tool('consume', [topic, '--brokers', brokers]);
  expect(all).toMatchObject({ code: 0, stderr: '' });
  expect(all.stdout.match(/ {2}value .*/g)).toEqual(['a', 'b', 'c'].map((id) => `  value   {"id":"${id}"}`));
  const one = await tool('consume', [topic, '--json', '--from', '1', '--limit', '1', '--brokers', brokers]);
  expect(JSON.parse(one.stdout)).toMatchObject({ topic, partition: 0, offset: '1', key: 'b', headers: [] });
});

test('consume reports a topic that does not exist in one line', async () => {
  const topic = uniqueName('missing');
  expect(await tool('consume', [topic, '--brokers', brokers])).toEqual({
    code: 1,
    stdout: '',
    stderr: `Topic ${topic} does not exist at ${brokers}.\n`,
  });
});
