/** Preloaded into `dist/src/main.js`: replaces the handlers by the benchmark's; everything else is as deployed. */
import { replaceProcessing } from '../../test/support/replace-processing.mjs';

replaceProcessing(new URL('./processing.mjs', import.meta.url));
