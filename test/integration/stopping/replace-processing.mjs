/**
 * Preloaded into `dist/src/main.js`: replaces the handlers by the test's; everything else, such as start and stop, is as
 * deployed. REPLACEMENT_PROCESSING names another file with handlers, relative to this folder.
 */
import { replaceProcessing } from '../../support/replace-processing.mjs';

const { REPLACEMENT_PROCESSING = './processing.mjs' } = process.env;
replaceProcessing(new URL(REPLACEMENT_PROCESSING, import.meta.url));
