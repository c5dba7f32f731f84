import { problemWith } from '../problem.js';
import type { Rule } from './rule.js';

/** How the group's timeouts depend on each other. */
export const timeoutRules: readonly Rule[] = [
  {
    about: ['KAFKA_HEARTBEAT_INTERVAL_MS', 'KAFKA_SESSION_TIMEOUT_MS'],
    check({ KAFKA_HEARTBEAT_INTERVAL_MS: heartbeatMs, KAFKA_SESSION_TIMEOUT_MS: sessionMs }, texts) {
      if (heartbeatMs < sessionMs) return undefined;
      return problemWith('KAFKA_HEARTBEAT_INTERVAL_MS', texts, {
        accepts: `less than KAFKA_SESSION_TIMEOUT_MS, which is ${sessionMs}`,
        hint: 'lower it to a third of the session timeout, or raise KAFKA_SESSION_TIMEOUT_MS',
      });
    },
  },
  {
    // An idle member sends heartbeats only between two fetches.
    about: ['KAFKA_FETCH_MAX_WAIT_MS', 'KAFKA_SESSION_TIMEOUT_MS'],
    check({ KAFKA_FETCH_MAX_WAIT_MS: waitMs, KAFKA_SESSION_TIMEOUT_MS: sessionMs }, texts) {
      if (3 * waitMs <= sessionMs) return undefined;
      return problemWith('KAFKA_FETCH_MAX_WAIT_MS', texts, {
        accepts: `at most a third of KAFKA_SESSION_TIMEOUT_MS, which is ${sessionMs}`,
        hint: `lower it to ${Math.floor(sessionMs / 3)} or less, or raise KAFKA_SESSION_TIMEOUT_MS`,
      });
    },
  },
  {
    about: ['KAFKA_SESSION_TIMEOUT_MS', 'KAFKA_REBALANCE_TIMEOUT_MS'],
    check({ KAFKA_SESSION_TIMEOUT_MS: sessionMs, KAFKA_REBALANCE_TIMEOUT_MS: rebalanceMs }, texts) {
      if (sessionMs <= rebalanceMs) return undefined;
      return problemWith('KAFKA_REBALANCE_TIMEOUT_MS', texts, {
        accepts: `not less than KAFKA_SESSION_TIMEOUT_MS, which is ${sessionMs}`,
        hint: `raise it to ${sessionMs} or more, or lower KAFKA_SESSION_TIMEOUT_MS`,
      });
    },
  },
];
