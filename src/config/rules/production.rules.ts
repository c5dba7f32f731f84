import { problemWith } from '../problem.js';
import type { Rule } from './rule.js';

/** Variables that have a default only outside production. */
export const productionRules: readonly Rule[] = [
  {
    // Two services in one group take partitions from each other, so production has no default that they could share.
    about: ['NODE_ENV', 'KAFKA_GROUP_ID'],
    check({ NODE_ENV: environment }, texts) {
      if (environment !== 'production' || texts.has('KAFKA_GROUP_ID')) return undefined;
      const problem = problemWith('KAFKA_GROUP_ID', texts, {
        hint: 'set it to a name that no other service uses: it has no default in production',
      });
      return { ...problem, got: 'not set' };
    },
  },
];
