const base = {
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': '@swc/jest' },
  testEnvironment: 'node',
};

const onKafka = {
  ...base,
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
};

/**
 * Unit specs need nothing but Node. Integration tests share one real Kafka for the whole run, and so do proofs:
 * tests that take half a minute or more, for which `npm test` would take too long.
 */
export default {
  maxWorkers: 2,
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: [
        '<rootDir>/{src,tools,test/reliability,packages/create-nestjs-kafka-consumer/src}/**/*.spec.ts',
      ],
    },
    { ...onKafka, displayName: 'integration', testMatch: ['<rootDir>/test/**/*.test.ts'] },
    { ...onKafka, displayName: 'proofs', testMatch: ['<rootDir>/test/**/*.proof.ts'] },
  ],
};
