/** Preloaded into `dist/src/main.js`: replaces the handlers by the harness's, and inserts a defect if requested. */
import { replaceProcessing } from '../../support/replace-processing.mjs';

await import('./vitals.mjs');
replaceProcessing(new URL('./ours-processing.mjs', import.meta.url));

const { RELIABILITY_DEFECT } = process.env;
if (RELIABILITY_DEFECT) (await import('../defects/defects.mjs')).plant(RELIABILITY_DEFECT);
