import { brokerScenarios } from './brokers.js';
import { handlerScenarios } from './handlers.js';
import { instanceScenarios } from './instances.js';
import { networkScenarios } from './network.js';
import { parkingScenarios } from './parking.js';
import type { Scenario } from './scenario.js';
import { surroundingScenarios } from './surroundings.js';
import { topicScenarios } from './topics.js';

export type { Scenario } from './scenario.js';

/** Every fault as a scenario of its own, in the order in which they are run. */
export const scenarios: readonly Scenario[] = [
  ...instanceScenarios,
  ...brokerScenarios,
  ...networkScenarios,
  ...handlerScenarios,
  ...topicScenarios,
  ...parkingScenarios,
  ...surroundingScenarios,
];
