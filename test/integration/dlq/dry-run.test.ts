import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { endOffsets, produce } from '../../support/kafka.js';
import { dlq, dlqJson, endProcesses, moduleFile } from './cli-process.js';
import { committedValues, createTopics, letter, type Topics } from './dead-letters.js';

jest.setTimeout(180_000);
beforeAll(() => Logger.overrideLogger(false));
afterEach(endProcesses);

const FIX = `
import type { Transform } from 'no-such-package-is-loaded';
const fix: Transform = ({ value }, { offset }) => {
  const payment = JSON.parse(String(value));
  if (payment.test) return null;
  return { value: JSON.stringify({ id: payment.id, amount: Number(payment.amount) }), headers: { mended: offset } };
};
export default fix;
`;

async function payments(): Promise<Topics> {
  const topics = await createTopics('payments');
  const { topic, dlt } = topics;
  const values = [
    '{"id":"p-1","amount":5}',
    '{"id":"p-2","amount":"6","note":"secret"}',
    '{"id":"p-3","amount":"7"}',
    'not json',
    '{"id":"p-4","test":true}',
  ];
  await produce(
    dlt,
    values.map((value) => letter({ topic, value })),
  );
  return topics;
}

describe('dlq replay --dry-run', () => {
  it('dlq replay --dry-run checks records against the current handlers, reports how many would pass and why others would fail, and writes nothing', async () => {
    const { topic, dlt } = await payments();
    const before = await endOffsets(dlt);
    expect(await dlqJson(topic, ['replay', topic, '--dry-run'])).toEqual({
      deadLetterTopic: dlt,
      dryRun: true,
      wouldReplay: 5,
      wouldPass: 1,
      wouldFail: [
        {
          reason: expect.stringMatching(
            /^SchemaViolationError: .*amount: .*expected number, received string/,
          ),
          count: 2,
          example: `${dlt}[0] at offset 1`,
        },
        {
          reason: expect.stringMatching(/^PayloadError: expected JSON, got 8 bytes/),
          count: 1,
          example: `${dlt}[0] at offset 3`,
        },
        {
          reason: expect.stringMatching(/^SchemaViolationError: .*amount: .*received undefined/),
          count: 1,
          example: `${dlt}[0] at offset 4`,
        },
      ],
      alreadyReplayed: 0,
      skipped: [],
      samples: [],
    });
    expect(await endOffsets(dlt)).toEqual(before);
    expect(await committedValues(topic)).toEqual([]);
  });

  it('dlq replay --dry-run reports records that no handler of their group handles', async () => {
    const { topic, dlt } = await createTopics('nobody');
    await produce(dlt, [letter({ topic, value: '{"id":"p-1","amount":5}', group: 'another' })]);
    expect(await dlqJson(topic, ['replay', topic, '--dry-run'])).toMatchObject({
      wouldReplay: 0,
      skipped: [{ reason: 'no-handler', positions: [`${dlt}[0] at offset 0`] }],
    });
    expect(await dlqJson(topic, ['replay', topic, '--dry-run', '--any-group'])).toMatchObject({
      wouldPass: 0,
      wouldFail: [{ reason: `no handler of group another for ${topic}` }],
    });
  });

  it('dlq replay --dry-run tries a transform, reports each failure, and shows values only with --payload', async () => {
    const { topic, dlt } = await payments();
    const args = ['replay', topic, '--dry-run', '--transform', moduleFile('fix.ts', FIX)];
    const report = await dlqJson(topic, args);
    expect(report).toMatchObject({ wouldReplay: 3, wouldPass: 3, wouldFail: [] });
    expect(report).toMatchObject({
      skipped: [
        {
          reason: 'transform-failed',
          detail: expect.stringMatching(/^SyntaxError/),
          positions: [`${dlt}[0] at offset 3`],
        },
        { reason: 'transform-null', positions: [`${dlt}[0] at offset 4`] },
      ],
      samples: [
        { position: `${dlt}[0] at offset 0`, pathsChanged: [], headersChanged: ['mended'] },
        {
          position: `${dlt}[0] at offset 1`,
          pathsChanged: ['~ $.amount', '- $.note'],
          bytesBefore: 41,
          bytesAfter: 23,
        },
        { position: `${dlt}[0] at offset 2`, pathsChanged: ['~ $.amount'] },
      ],
    });
    const { stdout } = await dlq(topic, args);
    expect(stdout).not.toContain('secret');
    expect((await dlq(topic, [...args, '--payload'])).stdout).toContain('secret');
  });
});

describe('dlq replay --transform', () => {
  it('dlq replay --transform sends the transformed records, and skips those for which it fails or returns null', async () => {
    const { topic } = await payments();
    const fix = moduleFile('fix.ts', FIX);
    expect(await dlqJson(topic, ['replay', topic, '--yes', '--transform', fix])).toMatchObject({
      replayed: 3,
      skipped: [{ reason: 'transform-failed' }, { reason: 'transform-null' }],
    });
    expect(await committedValues(topic)).toEqual(
      [5, 6, 7].map((amount, i) => JSON.stringify({ id: `p-${i + 1}`, amount })),
    );
    const rest = moduleFile('rest.mjs', "export async function transform() { return { value: '{}' }; }");
    expect(await dlqJson(topic, ['replay', topic, '--yes', '--transform', rest])).toMatchObject({
      replayed: 2,
    });
    expect((await committedValues(topic)).slice(3)).toEqual(['{}', '{}']);
  });
});
