import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Cluster } from '../cluster/cluster.js';
import type { Check } from '../report/result.js';
import type { Scenario } from '../scenarios/scenario.js';
import { folderOf, Trial } from '../trial.js';

jest.setTimeout(240_000);

let cluster: Cluster;
const root = mkdtempSync(path.join(os.tmpdir(), 'planted-defects-'));

beforeAll(async () => {
  cluster = await Cluster.start(['a', 'b']);
});
afterAll(async () => {
  await cluster.stop();
  rmSync(root, { recursive: true, force: true });
});

/** Slow handlers, failures, a kill, and an instance that is suspended for longer than its session. */
const everything: Scenario = {
  name: 'defects',
  description: 'what each of the defects takes to show',
  instances: 2,
  rate: 200,
  keys: 40,
  streams: [{ name: 'records', delayMs: 100, partitions: 4 }],
  deedOf: (id) => (id % 50 === 0 ? { do: 'poison' } : undefined),
  play: async (scene) => {
    await scene.begin();
    await scene.fault('SIGSTOP', 'a', { hits: 'a' }, async () => {
      scene.fleet.suspend('a');
      await scene.handledMore(1200);
      scene.fleet.resume('a');
    });
    await scene.handledMore(400);
    await scene.fault('kill -9', 'b', { ends: 'b' }, () => scene.fleet.kill('b'));
    await scene.fleet.joined('b');
    await scene.handledMore(400);
  },
};

async function checksWith(defect: string | undefined): Promise<readonly Check[]> {
  const folder = path.join(folderOf(root, everything.name, 'ours', 1), defect ?? 'none');
  const env = defect === undefined ? {} : { RELIABILITY_DEFECT: defect };
  const said: string[] = [];
  const say = (line: string): void => void said.push(line);
  const trial = new Trial({
    cluster,
    scenario: everything,
    runtime: 'ours',
    seed: 1,
    folder,
    replay: '',
    env,
    say,
  });
  return (await trial.result()).checks;
}

function failed(checks: readonly Check[]): string[] {
  return checks
    .filter(({ passed }) => !passed)
    .map(({ name, measured, examples }) => `${name}: ${measured}; ${examples.join('; ')}`);
}

describe('the harness', () => {
  it('the harness finds no defect in the service', async () => {
    expect(failed(await checksWith(undefined))).toEqual([]);
  });

  it.each([
    ['a commit before the handler returns', 'early-commit', 'commits'],
    ['an error that is swallowed', 'swallowed-error', 'lost'],
    ['a lane that lets a key overtake', 'no-lanes', 'overtaken'],
    ['a commit after the partition was lost', 'commit-after-loss', 'commits'],
  ])('the harness finds the planted defect: %s', async (_, defect, check) => {
    expect(failed(await checksWith(defect))).toContainEqual(
      expect.stringMatching(new RegExp(`^${check}: [1-9]`)),
    );
  });
});
