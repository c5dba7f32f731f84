/**
 * The files of a generated service: those in `packages/create-nestjs-kafka-consumer/template`, and those that it shares with the
 * reference service of this repository, so that no second copy has to be maintained.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { root } from '../run/root.mjs';

/** The name of the service in the template, which the generator replaces. */
const SERVICE = 'my-service';
const REFERENCE = 'nestjs-kafka-consumer';
const TRANSPORT = 'nestjs-kafka-transport';

const OWN = 'packages/create-nestjs-kafka-consumer/template';
const ORDERS = 'src/processing/orders';

/** Files and folders of this repository, and their place in the service. */
const SHARED = {
  '.editorconfig': '.editorconfig',
  '.env.example': '.env.example',
  '.prettierrc': '.prettierrc',
  '.swcrc': '.swcrc',
  'compose.yaml': 'compose.yaml',
  'deploy/kustomize': 'deploy',
  'deploy/monitoring/dashboard.json': 'deploy/monitoring/dashboard.json',
  'src/app.module.ts': 'src/app.module.ts',
  'src/cli.ts': 'src/cli.ts',
  'src/main.ts': 'src/main.ts',
  'src/testing/whole-service.spec.ts': 'src/app.module.spec.ts',
  [`${ORDERS}/order-rejected.error.ts`]: `${ORDERS}/order-rejected.error.ts`,
  [`${ORDERS}/order.schema.ts`]: `${ORDERS}/order.schema.ts`,
  [`${ORDERS}/orders.controller.ts`]: `${ORDERS}/orders.controller.ts`,
  [`${ORDERS}/orders.module.ts`]: `${ORDERS}/orders.module.ts`,
  [`${ORDERS}/orders.module.spec.ts`]: `${ORDERS}/orders.module.spec.ts`,
  [`${ORDERS}/orders.service.ts`]: `${ORDERS}/orders.service.ts`,
  [`${ORDERS}/orders.service.spec.ts`]: `${ORDERS}/orders.service.spec.ts`,
};

/** Returns the text of each file by its path in the service. */
export function templateFiles() {
  const shared = Object.entries(SHARED).flatMap(([source, target]) =>
    filesIn(source).map((file) => {
      const place = path.posix.join(target, path.posix.relative(source, file));
      return [place, adapted(file, place)];
    }),
  );
  const own = filesIn(OWN).map((file) => [path.posix.relative(OWN, file), read(file)]);
  const files = Object.fromEntries([...shared, ...own].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return { ...files, 'package.json': withVersions(files['package.json']) };
}

/** The files below a folder, as paths from the root; a file is its only one. */
function filesIn(place) {
  if (statSync(path.join(root, place)).isFile()) return [place];
  return readdirSync(path.join(root, place)).flatMap((name) => filesIn(path.posix.join(place, name)));
}

function read(file) {
  return readFileSync(path.join(root, file), 'utf8');
}

/** A file of this repository as it is in the service at `place`. */
function adapted(file, place) {
  const text = read(file)
    .replace(/^# Generated from .*\n/, '')
    .replaceAll(REFERENCE, SERVICE)
    .replaceAll(/\bdocs\/(?=[\w-]+\.md)/g, `node_modules/${TRANSPORT}/docs/`);
  if (file.endsWith('.ts')) return withImports(text, file, place);
  if (file === 'compose.yaml') return text.replace(/TOPICS: .*/, 'TOPICS: orders');
  // The defaults of these two are the same for every service.
  if (file === '.env.example') return text.replaceAll(/^# (?=KAFKA_(?:CLIENT|GROUP)_ID=)/gm, '');
  return text;
}

/** Relative imports lead to the same file from `place`, or to the entry of the package that publishes it. */
function withImports(text, file, place) {
  return text.replaceAll(/(?<=(?:from |import\()')\.[^']+/g, (specifier) => {
    const target = path.posix.join(path.posix.dirname(file), specifier);
    const entry = entries.get(target);
    if (entry !== undefined) return path.posix.join(TRANSPORT, entry);
    const moved = path.posix.relative(path.posix.dirname(place), SHARED[target] ?? target);
    return moved.startsWith('.') ? moved : `./${moved}`;
  });
}

/** The entries of the package by the path of their source: `src/testing/index.js` is `./testing`. */
const { exports, version } = JSON.parse(read(`packages/${TRANSPORT}/package.json`));
const entries = new Map(
  Object.entries(exports).map(([entry, { default: file = '' }]) => [file.replace('./dist/', 'src/'), entry]),
);

/** The service gets the versions that are tested here. */
function withVersions(text) {
  const manifest = JSON.parse(text);
  const { dependencies, devDependencies } = JSON.parse(read('package.json'));
  const tested = { ...devDependencies, ...dependencies, [TRANSPORT]: version };
  for (const kind of ['dependencies', 'devDependencies']) {
    for (const name of Object.keys(manifest[kind])) {
      if (tested[name] === undefined)
        throw new Error(`${name} of the template is no dependency of this project.`);
      manifest[kind][name] = tested[name];
    }
  }
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}
