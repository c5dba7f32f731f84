import * as nodeModule from 'node:module';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

// Before anything is imported that an older Node could not even read.
if (major < 22 || (major === 22 && minor < 15)) {
  console.error(
    `Node ${process.versions.node} is too old: the service needs 22.15 or later. ` +
      'Start it with `npm start`, which brings its own, or install a newer Node.',
  );
  process.exit(1);
}

// Most of a start is compiling what is imported. Where the file system is read-only this does nothing.
nodeModule.enableCompileCache();

const { bootstrap } = await import('./bootstrap.js');

try {
  await bootstrap();
} catch (error) {
  const { ConfigError } = await import('./config/index.js');
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
}
