/** Makes the next version from the changesets: `npm run version:package`. Commits and publishes nothing. */
import { run } from '../cli.js';
import { projectRoot } from '../project.js';
import { changesetProgram } from './checkers.js';
import { makeVersion } from './next-version.js';

await run(async () => {
  const today = new Date().toISOString().slice(0, 10);
  const version = await makeVersion(projectRoot, await changesetProgram(), today);
  console.log(`${version}: see CHANGELOG.md, then commit and tag it v${version}`);
  return 0;
});
