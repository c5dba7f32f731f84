/** Preloaded into `dist/src/cli.js`: brings in the test's handler. */
import { replaceProcessing } from '../../support/replace-processing.mjs';

replaceProcessing(new URL('./processing.mjs', import.meta.url));
