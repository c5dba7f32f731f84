/**
 * Preloaded into `dist/src/main.js`: brings in the test's handler; the start and the stop above all are what is
 * deployed. REPLACEMENT_PROCESSING names another file's handler, from this folder.
 */
import { replaceProcessing } from '../../support/replace-processing.mjs';

const { REPLACEMENT_PROCESSING = './processing.mjs' } = process.env;
replaceProcessing(new URL(REPLACEMENT_PROCESSING, import.meta.url));
