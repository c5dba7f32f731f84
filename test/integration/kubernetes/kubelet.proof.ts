import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { waitFor } from '../../support/kafka.js';
import { Cluster, SPEED } from './cluster.js';
import { type Kubelet, kubelets } from './kubelet.js';
import { type Pod, podOf } from './pod.js';
import { answersOf, type Answers, Scene } from './scene.js';

jest.setTimeout(120_000);

/** The truth table: the answers of startup, liveness and readiness. */
const UP: Answers = { startup: 200, live: 200, ready: 200 };
const NOT_JOINED_YET: Answers = { startup: 503, live: 200, ready: 503 };
const NOT_READY: Answers = { startup: 200, live: 200, ready: 503 };

const SESSION_MS = 30_000 / SPEED;

let pod: Pod;
let cluster: Cluster;
beforeAll(async () => {
  pod = await podOf('production');
  cluster = await Cluster.start();
}, 150_000);
afterEach(async () => {
  await Promise.all([...kubelets].map((kubelet) => kubelet.destroy()));
  kubelets.clear();
});
afterAll(() => cluster.stop());

/** Resolves once the endpoints give these answers. */
async function untilAnswers(kubelet: Kubelet, expected: Answers): Promise<void> {
  await waitFor(async () => JSON.stringify(await answersOf(kubelet)) === JSON.stringify(expected), {
    what: `${JSON.stringify(expected)} from\n${kubelet.output}`,
    timeoutMs: 30_000,
  });
}

async function untilReady(kubelet: Kubelet, ready = true): Promise<void> {
  const what = `the pod to be ${ready ? 'ready' : 'not ready'}:\n${kubelet.output}`;
  await waitFor(() => kubelet.ready === ready, { what, everyMs: 10, timeoutMs: 30_000 });
}

const healthOf = (kubelet: Kubelet): { endings: unknown[]; killedFor: string[]; deaths: string[] } => ({
  endings: kubelet.endings,
  killedFor: kubelet.killedFor,
  deaths: kubelet
    .resultsOf('livenessProbe')
    .filter(({ healthy }) => !healthy)
    .map(({ answer }) => answer),
});
const UNTOUCHED = { endings: [], killedFor: [], deaths: [] };

describe('a pod that starts while no broker is there', () => {
  test('a pod that starts without a broker is not restarted, and is ready once it has joined', async () => {
    const scene = await Scene.set(cluster);
    await scene.produce(['1', '2', '3']);
    await cluster.kafka.broker.kill();
    const kubelet = await scene.run(pod);
    // More failed probes than the liveness threshold.
    await waitFor(
      () => kubelet.resultsOf('startupProbe').filter(({ answer }) => answer === '503').length > 5,
      {
        what: 'startup to be asked',
        timeoutMs: 30_000,
      },
    );
    expect(await answersOf(kubelet)).toEqual(NOT_JOINED_YET);
    expect(kubelet.resultsOf('livenessProbe')).toEqual([]);

    await cluster.kafka.broker.restart();
    await untilReady(kubelet);
    expect(await answersOf(kubelet)).toEqual(UP);
    expect(await scene.lostAtTheEnd()).toEqual([]);
    expect(healthOf(kubelet)).toEqual(UNTOUCHED);
  });
});

describe('a broker that is away for longer than three sessions', () => {
  test('a broker that is away for longer than three sessions takes readiness down, not liveness, and nothing is lost', async () => {
    const scene = await Scene.set(cluster);
    await scene.produce(['1', '2']);
    const kubelet = await scene.run(pod);
    await untilReady(kubelet);
    await scene.until('done', 2);

    await cluster.kafka.broker.kill();
    const asked = kubelet.resultsOf('livenessProbe').length;
    await untilReady(kubelet, false);
    expect(await answersOf(kubelet)).toEqual(NOT_READY);
    // Liveness is probed once per period, which measures the outage.
    const livenessMs = (1000 * (pod.container.livenessProbe?.periodSeconds ?? NaN)) / SPEED;
    await waitFor(() => (kubelet.resultsOf('livenessProbe').length - asked) * livenessMs > 3 * SESSION_MS, {
      what: 'three sessions to pass',
      timeoutMs: 30_000,
    });
    expect(await answersOf(kubelet)).toEqual(NOT_READY);

    await cluster.kafka.broker.restart();
    await untilReady(kubelet);
    await scene.produce(['3', '4']);
    expect(await scene.lostAtTheEnd()).toEqual([]);
    expect(healthOf(kubelet)).toEqual(UNTOUCHED);
  });
});

describe('a handler over its limit', () => {
  test('a handler over its limit that stops when it is aborted causes no restart', async () => {
    const scene = await Scene.set(cluster);
    await scene.produce(['obedient', '1']);
    const kubelet = await scene.run(pod);
    expect(await scene.lostAtTheEnd()).toEqual([]);
    expect(scene.values('start').filter((value) => value === 'obedient')).toHaveLength(2);
    expect(healthOf(kubelet)).toEqual(UNTOUCHED);
  });

  test('a handler over its limit that does not stop causes a restart by liveness, and its record is delivered again', async () => {
    const scene = await Scene.set(cluster);
    await scene.produce(['deaf', '1']);
    const kubelet = await scene.run(pod);
    await untilReady(kubelet);
    await waitFor(() => kubelet.killedFor.length > 0, { what: 'the restart', timeoutMs: 30_000 });
    expect(await scene.lostAtTheEnd()).toEqual([]);
    await untilAnswers(kubelet, UP);
    const { endings, killedFor, deaths } = healthOf(kubelet);
    // 1, not SIGKILL: the handler was aborted, and the shutdown finished within the grace period.
    expect({ endings, killedFor }).toEqual({ endings: [1], killedFor: ['livenessProbe'] });
    expect(new Set(deaths)).toEqual(new Set(['503']));
    expect(deaths.length).toBeGreaterThanOrEqual(pod.container.livenessProbe?.failureThreshold ?? NaN);
  });
});

describe('a pod that is deleted under load', () => {
  test('a pod that is deleted under load is not ready while it drains, and ends with 0 within its grace period', async () => {
    const scene = await Scene.set(cluster);
    const kubelet = await scene.run(pod);
    await untilReady(kubelet);
    // More than there are lanes; the first is still running at the kubelet's next probe.
    await scene.produce(['1400', ...Array.from({ length: 299 }, (_, n) => `${300 + n}`)]);
    await scene.until('done', 10);
    const before = kubelet.results.length;

    const deleted = kubelet.delete();
    await untilAnswers(kubelet, NOT_READY);
    expect(await deleted).toBe(0);
    const during = kubelet.results.slice(before).filter(({ probe }) => probe === 'readinessProbe');
    expect(during).toContainEqual({ probe: 'readinessProbe', healthy: false, answer: '503' });
    const done = scene.values('done');
    expect(scene.values('start').toSorted()).toEqual(done.toSorted());
    expect(done.length).toBeLessThan(300);
    expect(await scene.committed()).toBe(BigInt(done.length));

    const next = await scene.run(pod);
    expect(await scene.lostAtTheEnd()).toEqual([]);
    expect(new Set(scene.values('done')).size).toBe(scene.values('done').length);
    expect(await next.delete()).toBe(0);
  });
});

describe('a container that is killed', () => {
  test('a container that is killed is restarted, joins, and repeats at most uncommitted records', async () => {
    const scene = await Scene.set(cluster);
    await scene.produce(['10', '11', '12', '1300']);
    const kubelet = await scene.run(pod);
    await scene.until('start', 4);
    kubelet.signal('SIGKILL');
    await scene.produce(['13', '14']);
    expect(await scene.lostAtTheEnd()).toEqual([]);
    await untilReady(kubelet);
    expect(await answersOf(kubelet)).toEqual(UP);
    // A probe may fail between the kill and the restart, but must not cause the restart.
    expect(healthOf(kubelet)).toMatchObject({ killedFor: [], endings: ['SIGKILL'] });
    expect(scene.values('start').length).toBeLessThanOrEqual(6 + 4);
  });
});
