const layers = require('./tools/lint/layers.cjs');
/** The sources of the published entries. */
const entries = require('./tsconfig.lib.json').files.filter((file) => !file.endsWith('.d.ts'));

/**
 * Which folder may import which. A rule that is here has a fixture in tools/lint/import-rules.spec.ts.
 * tsPreCompilationDeps counts type-only imports too: a type from the wrong folder is a dependency all the same.
 */
const SPEC = '\\.spec\\.ts$';
// Covers kafkajs-snappy as well.
const KAFKA_CLIENT = 'node_modules/kafkajs';
const CODEC = 'node_modules/lz4-napi';
const DATABASE_DRIVER = 'node_modules/(pg|@types/pg|@electric-sql/pglite)/';

/** One rule: a folder imports nothing of the folders above it. */
function importsOnlyBelow(root, folder, above) {
  if (above.length === 0) return [];
  return [
    {
      name: `${root}/${folder}-imports-only-below`,
      comment: 'Imports go downwards: see tools/lint/layers.cjs.',
      severity: 'error',
      from: { path: `^${root}/${folder}/`, pathNot: SPEC },
      to: {
        path: `^${root}/(${above.map((each) => (each.endsWith('.ts') ? `${each}$` : `${each}/`)).join('|')})`,
      },
    },
  ];
}

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'pipeline-imports-only-pipeline',
      comment:
        'The pipeline runs in a test without Nest, Kafka or a clock of its own: what it needs is handed in.',
      severity: 'error',
      from: { path: '^src/pipeline/', pathNot: SPEC },
      to: { pathNot: ['^src/pipeline/', '^src/errors/index\\.ts$'] },
    },
    ...layers.source.flatMap((folder, at) => importsOnlyBelow('src', folder, layers.source.slice(0, at))),
    ...layers.pipeline.flatMap((folder, at) =>
      importsOnlyBelow('src/pipeline', folder, [...layers.pipeline.slice(0, at), '[^/]+\\.ts']),
    ),
    ...layers.transport.flatMap((folder, at) =>
      importsOnlyBelow('src/transport', folder, [...layers.transport.slice(0, at), '[^/]+\\.ts']),
    ),
    ...layers.client.flatMap((folder, at) =>
      importsOnlyBelow('src/client', folder, layers.client.slice(0, at)),
    ),
    ...layers.indexed.map((folder) => ({
      name: `${folder}-through-its-index`,
      comment: 'The index says what a folder offers; everything else in it may change without a look around.',
      severity: 'error',
      from: { path: '^src/', pathNot: [`^src/${folder}/`, '^src/service/run-kafka-commands\\.ts$'] },
      to: {
        path: `^src/${folder}/`,
        pathNot: [
          `^src/${folder}/index\\.ts$`,
          '/testing/',
          '^src/transport/(handlers/outside-timeout|context/unfinished-work)\\.ts$',
          // In memory, for tests alone: the index of client would load it into every service.
          '^src/client/memory/index\\.ts$',
          // For the service alone: the index is the entry for other applications.
          '^src/ops/ops\\.module\\.ts$',
        ],
      },
    })),
    {
      name: 'kafka-client-in-adapter-only',
      comment: 'kafkajs has no maintainer: behind its port, another client can take its place.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/client/kafkajs/', SPEC] },
      to: { path: KAFKA_CLIENT },
    },
    {
      name: 'codec-in-client-only',
      comment: 'Records reach all other folders unpacked.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/client/', SPEC] },
      to: { path: CODEC },
    },
    {
      name: 'service-through-the-entries',
      comment: 'The reference service shows that a service needs only what the package publishes.',
      severity: 'error',
      from: { path: '^src/((main|cli|app\\.module)\\.ts$|processing/)' },
      to: {
        path: '^src/',
        pathNot: [
          '^src/(processing/|app\\.module\\.ts$)',
          ...entries.map((file) => `^${file.replaceAll('.', '\\.')}$`),
        ],
      },
    },
    {
      name: 'services-know-no-transport',
      comment: 'Business logic runs without Kafka; what came in and how is the controller’s to know.',
      severity: 'error',
      from: { path: '^src/processing/.+\\.service\\.ts$' },
      to: {
        path: [
          '^src/(index\\.ts$|(transport|client|pipeline|offsets|redelivery|replay|idempotency)/)',
          'node_modules/@nestjs/microservices/',
          KAFKA_CLIENT,
        ],
      },
    },
    {
      name: 'database-knows-no-transport',
      comment:
        'Services write through it; what is idempotent, and by which record, is decided around them. It knows how ' +
        'errors say that a record has to wait, that a handler has time of its own, and that a transaction is open.',
      severity: 'error',
      from: { path: '^src/database/' },
      to: {
        path: [
          '^src/(?!database/|config/|errors/index\\.ts$|pipeline/index\\.ts$|transport/(handlers/outside-timeout|context/unfinished-work)\\.ts$)',
          'node_modules/@nestjs/microservices/',
        ],
      },
    },
    {
      name: 'database-driver-in-adapter-only',
      comment: 'Statements go through Database, or they would be in nobody’s transaction.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/database/(postgres|pglite)\\.ts$' },
      to: { path: DATABASE_DRIVER },
    },
    {
      name: 'idempotency-on-demand',
      comment: 'A service without an idempotent handler loads neither it nor a database.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(idempotency|database|processing|testing)/' },
      to: { path: '^src/(idempotency|database)/' },
    },
    {
      name: 'publishing-on-demand',
      comment: 'A service that publishes nothing does not load it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(publishing|processing|testing)/' },
      to: { path: '^src/publishing/' },
    },
    {
      name: 'ops-loaded-on-demand',
      comment:
        'Only where OPS_TOKEN is set are the operators’ endpoints, and what describes them, loaded: by import().',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/ops/' },
      to: { path: ['^src/ops/', 'node_modules/@nestjs/swagger/'], dynamic: false },
    },
    {
      name: 'ops-knows-no-business',
      comment: 'The operators’ endpoints are the same whatever a service handles.',
      severity: 'error',
      from: { path: '^src/ops/' },
      to: { path: '^src/processing/' },
    },
    {
      name: 'config-stands-alone',
      comment: 'Everything may read the configuration, so it depends on nothing of the service.',
      severity: 'error',
      from: { path: '^src/config/' },
      to: { path: '^src/', pathNot: ['^src/config/', '^src/errors/index\\.ts$'] },
    },
    {
      name: 'src-imports-no-tooling',
      comment: 'The image holds src alone.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(tools|test|benchmarks)/' },
    },
    {
      name: 'no-dev-dependency-at-run-time',
      comment:
        'The image holds no devDependencies, nor specs and what they share. The embedded PostgreSQL is one on purpose: it is loaded in development ' +
        'only, when it is used, and the configuration refuses it in production.',
      severity: 'error',
      from: { path: '^src/', pathNot: [SPEC, '/testing/', '^src/database/pglite\\.ts$'] },
      to: { dependencyTypes: ['npm-dev'] },
    },
    {
      name: 'no-undeclared-package',
      comment: 'A package that is here only because another one needs it goes away with that one.',
      severity: 'error',
      from: { path: '^(src|tools|test|benchmarks)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-unresolvable-import',
      comment: 'An import that leads nowhere is one that no other rule can judge.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-cycle',
      comment: 'Two files that import each other are one thing, or have something in common to be moved out.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphan',
      comment: 'What nobody uses is deleted. A declaration file is found by the compiler, not imported.',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: ['^src/main\\.ts$', '\\.d\\.ts$', SPEC] },
      to: {},
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    // An application of its own: it imports the package as others do.
    exclude: { path: '^test/integration/package/host/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};
