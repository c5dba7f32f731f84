/** Preloaded into `dist/src/cli.js`: replaces the handlers by the test's handler. */
import { replaceProcessing } from '../../support/replace-processing.mjs';

replaceProcessing(new URL('./processing.mjs', import.meta.url));
