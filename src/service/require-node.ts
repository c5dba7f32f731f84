const MAJOR = 22;
const MINOR = 15;

/** Exits if Node is too old. Call it before importing modules whose syntax an old Node cannot parse. */
export function requireNode(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > MAJOR || (major === MAJOR && minor >= MINOR)) return;
  process.stderr.write(`Node ${process.versions.node} is too old: this needs ${MAJOR}.${MINOR} or later.\n`);
  process.exit(1);
}
