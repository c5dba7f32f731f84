/** What esbuild gives names back with, to whatever it may have called otherwise. */
const HELPER = 'var __name = (target, value) => __defProp(target, "name", { value, configurable: true });';
const OF_CLASS = /^(\s*)__name\(this, ("[^"]*")\);$/gm;
const OF_FUNCTION = /^__name\(([\w$]+), ("[^"]*")\);$/gm;

const named = (target, name) =>
  `Object.defineProperty(${target}, "name", { value: ${name}, configurable: true });`;

/** Whether esbuild's `keepNames` does in a file what is trimmed here. */
export const keepsNames = (text) => text.includes(HELPER);

/**
 * Leaves classes and functions of a whole file their names, and nothing else: for functions within functions esbuild
 * sets it each time that one is made, for each record that is. No line gets another number.
 *
 * @param {string} text a file that was made with `keepNames`
 */
export function trimNames(text) {
  return text
    .replace(HELPER, 'var __name = (target) => target;')
    .replaceAll(OF_CLASS, (_, indent, name) => indent + named('this', name))
    .replaceAll(OF_FUNCTION, (_, target, name) => named(target, name));
}
