import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ConfigError } from './config-error.js';
import { loadConfig } from './load-config.js';
import { thisHost } from './reading/host.js';
import { describeVariables } from './variables/environment.js';

const names = describeVariables().flatMap(({ name, file }) =>
  file === true ? [name, `${name}_FILE`] : [name],
);
const secrets = describeVariables().filter(({ secret }) => secret === true);

const plausible = fc.constantFrom(
  '',
  ' ',
  '0',
  '1',
  '-1',
  'true',
  'SASL_SSL',
  'SSL',
  'PLAIN',
  'a:1',
  'latest',
);
const text = fc.oneof(plausible, fc.string(), fc.string({ unit: 'binary' }), fc.integer().map(String));
const name = fc.oneof(
  fc.constantFrom(...names),
  fc.string().map((rest) => `KAFKA_${rest}`),
  fc.string(),
);
const env = fc.dictionary(name, text);

/** The message of the ConfigError, empty if there is none; any other error fails the property. */
function messageOf(environment: NodeJS.ProcessEnv): string {
  try {
    loadConfig(environment, thisHost);
    return '';
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

describe('loadConfig with any environment', () => {
  it('loadConfig throws only ConfigError for any environment', () => {
    fc.assert(
      fc.property(env, (environment) => {
        messageOf(environment);
      }),
      { numRuns: 2000 },
    );
  });

  it('loadConfig never prints a secret for any environment', () => {
    const secret = fc.stringMatching(/^zq[a-z0-9/.:@-]{6,20}$/);
    fc.assert(
      fc.property(
        env,
        fc.constantFrom(...secrets),
        secret,
        fc.boolean(),
        (environment, about, value, byFile) => {
          const variable = byFile ? `${about.name}_FILE` : about.name;
          expect(messageOf({ ...environment, [variable]: value })).not.toContain(value);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
