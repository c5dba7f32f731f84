/**
 * Prints how many of jest's tests passed and failed, `P F`, from its JSON report and its exit code.
 * `node .ci/count-tests.mjs <report> <exit code>`
 */
import { readFileSync } from 'node:fs';

const [report, exitCode] = process.argv.slice(2);
console.log(Object.values(count()).join(' '));

function count() {
  try {
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    // A suite that can't be loaded hides its tests; it counts as one of them.
    const failed = numFailedTests + numRuntimeErrorTestSuites;
    if (numPassedTests + failed === 0) return complain('jest ran no test', 0);
    if (exitCode !== '0' && failed === 0) {
      return complain(`jest ended with ${exitCode}, though no test failed`, numPassedTests);
    }
    return { passed: numPassedTests, failed };
  } catch (error) {
    return complain(`jest left no report: ${error.message}`, 0);
  }
}

/** What went wrong outside of the tests counts as one failure. */
function complain(problem, passed) {
  console.error(problem);
  return { passed, failed: 1 };
}
