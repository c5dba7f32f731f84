import type { Network } from '../network/network.js';
import type { Scene } from '../scene.js';
import { SESSION_MS } from '../settings.js';
import type { Scenario } from './scenario.js';

/** A fault in the network of an instance. */
export type Harm = (network: Network, slot: string) => Promise<void>;

/** A temporary network fault of one instance. */
export async function disturb(
  scene: Scene,
  fault: string,
  slot: string,
  ms: number,
  harm: Harm,
): Promise<void> {
  const { network } = scene.cluster;
  if (!network) throw new Error('there are no proxies between instances and brokers');
  await scene.fault(fault, slot, { hits: slot }, async () => {
    await harm(network, slot);
    await scene.pass(ms);
    await network.heal(slot);
  });
}

function networkScenario(
  name: string,
  description: string,
  harms: readonly (readonly [fault: string, slot: string, ms: number, harm: Harm])[],
): Scenario {
  return {
    name,
    description,
    needsNetwork: true,
    play: async (scene) => {
      await scene.begin();
      for (const [fault, slot, ms, harm] of harms) {
        await disturb(scene, fault, slot, ms, harm);
        await scene.handledMore(400);
      }
    },
  };
}

/** What happens between instances and brokers. */
export const networkScenarios: readonly Scenario[] = [
  networkScenario(
    'network-cut',
    'all connections of an instance cut for 3 s, then for two sessions; of another one to a single broker',
    [
      ['network cut', 'a', 3000, (network, slot) => network.cut(slot)],
      ['network cut', 'a', 2 * SESSION_MS, (network, slot) => network.cut(slot)],
      ['network cut from broker 2', 'b', 10_000, (network, slot) => network.cut(slot, 2)],
    ],
  ),
  networkScenario('network-delay', 'answers 600 ms late, give or take 400, for 15 s; then 4 s late', [
    [
      'network delay 600 ms',
      'a',
      15_000,
      (network, slot) => network.delay(slot, { delayMs: 300, jitterMs: 200 }),
    ],
    ['network delay 4 s', 'b', 15_000, (network, slot) => network.delay(slot, { delayMs: 2000 })],
  ]),
  networkScenario('network-throttle', '20 KB/s for an instance for 15 s, 2 KB/s for another', [
    ['network throttle 20 KB/s', 'a', 15_000, (network, slot) => network.throttle(slot, 20_000)],
    ['network throttle 2 KB/s', 'b', 15_000, (network, slot) => network.throttle(slot, 2000)],
  ]),
  networkScenario(
    'half-open',
    'connections of an instance stay open and nothing passes, for 3 s, then for two sessions',
    [
      ['half-open', 'a', 3000, (network, slot) => network.halfOpen(slot)],
      ['half-open', 'b', 2 * SESSION_MS, (network, slot) => network.halfOpen(slot)],
    ],
  ),
  networkScenario('network-resets', 'every connection of an instance is reset at once for 8 s', [
    ['network resets', 'a', 8000, (network, slot) => network.reset(slot)],
    ['network resets', 'c', 8000, (network, slot) => network.reset(slot)],
  ]),
];
