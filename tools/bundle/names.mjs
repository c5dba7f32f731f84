/** The helper with which esbuild's `keepNames` restores names. */
const HELPER = 'var __name = (target, value) => __defProp(target, "name", { value, configurable: true });';
const OF_CLASS = /^(\s*)__name\(this, ("[^"]*")\);$/gm;
const OF_FUNCTION = /^__name\(([\w$]+), ("[^"]*")\);$/gm;

const named = (target, name) =>
  `Object.defineProperty(${target}, "name", { value: ${name}, configurable: true });`;

/** Whether a file contains the `keepNames` code that is trimmed here. */
export const keepsNames = (text) => text.includes(HELPER);

/**
 * Restores the names of top-level classes and functions only: for nested functions esbuild would
 * set the name each time one is created, which is for every record. Line numbers do not change.
 *
 * @param {string} text a file that was built with `keepNames`
 */
export function trimNames(text) {
  return text
    .replace(HELPER, 'var __name = (target) => target;')
    .replaceAll(OF_CLASS, (_, indent, name) => indent + named('this', name))
    .replaceAll(OF_FUNCTION, (_, target, name) => named(target, name));
}
