const MAJOR = 22;
const MINOR = 15;

/** Ends the process where Node is too old; to be called before anything is imported that it could not even read. */
export function requireNode(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > MAJOR || (major === MAJOR && minor >= MINOR)) return;
  process.stderr.write(
    `Node ${process.versions.node} is too old: the service needs ${MAJOR}.${MINOR} or later. ` +
      'Start it with `npm start`, which brings its own, or install a newer Node.\n',
  );
  process.exit(1);
}
