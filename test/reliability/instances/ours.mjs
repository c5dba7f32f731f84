/** Preloaded into `dist/src/main.js`: brings in the harness's handlers, and a defect where one is asked for. */
import { replaceProcessing } from '../../support/replace-processing.mjs';

await import('./vitals.mjs');
replaceProcessing(new URL('./ours-processing.mjs', import.meta.url));

const { RELIABILITY_DEFECT } = process.env;
if (RELIABILITY_DEFECT) (await import('../defects/defects.mjs')).plant(RELIABILITY_DEFECT);
