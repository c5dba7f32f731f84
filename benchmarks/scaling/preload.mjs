/** Preloaded into `dist/src/main.js`: brings in the benchmark's handler; everything else is what is deployed. */
import { replaceProcessing } from '../../test/support/replace-processing.mjs';

replaceProcessing(new URL('./processing.mjs', import.meta.url));
