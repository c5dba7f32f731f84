/** Freezes a tree of plain objects and arrays, and returns it. */
export function deepFreeze<T>(tree: T): T {
  if (typeof tree !== 'object' || tree === null) return tree;
  Object.values(tree).forEach(deepFreeze);
  return Object.freeze(tree);
}
