import { decode, encode } from '@jridgewell/sourcemap-codec';

/**
 * Removes the packages from a source map: Node keeps the whole map in memory, and packages are nine tenths of it.
 * Code of packages is mapped to no source.
 *
 * @param {string} json a source map, version 3
 * @param {(source: string) => boolean} isKept
 */
export function trimSourceMap(json, isKept) {
  const map = JSON.parse(json);
  const kept = map.sources.map(isKept);
  let isKnown = false;
  const lines = decode(map.mappings).map((segments) =>
    segments.flatMap(([column, source, line, sourceColumn]) => {
      const wasKnown = isKnown;
      isKnown = source !== undefined && kept[source] === true;
      if (isKnown) return [[column, source, line, sourceColumn]];
      return wasKnown ? [[column]] : [];
    }),
  );
  const sources = map.sources.map((source, index) => (kept[index] ? source : ''));
  return JSON.stringify({ ...map, sources, names: [], mappings: encode(lines) });
}
