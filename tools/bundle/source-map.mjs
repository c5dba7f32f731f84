import { decode, encode } from '@jridgewell/sourcemap-codec';

/**
 * Takes the packages out of a source map: Node keeps all of a map in memory, and theirs are nine tenths of it. Where
 * a package's code begins, the map says that it knows no source.
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
