const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const CONTINUES = 32;
const VALUE = 31;

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
  // What a segment says is the difference to the one before; names are not told.
  const read = [0, 0, 0, 0];
  const written = [0, 0, 0, 0];
  let isKnown = false;
  const lines = map.mappings.split(';').map((line) => {
    read[0] = 0;
    written[0] = 0;
    return line
      .split(',')
      .filter(Boolean)
      .flatMap((segment) => {
        const fields = decode(segment);
        for (const index of read.keys()) read[index] += fields[index] ?? 0;
        const wasKnown = isKnown;
        isKnown = fields.length > 1 && kept[read[1]] === true;
        if (!isKnown && !wasKnown) return [];
        const told = isKnown ? read : read.slice(0, 1);
        const differences = told.map((value, index) => value - written[index]);
        written.splice(0, told.length, ...told);
        return [encode(differences)];
      })
      .join(',');
  });
  const sources = map.sources.map((source, index) => (kept[index] ? source : ''));
  return JSON.stringify({ ...map, sources, names: [], mappings: lines.join(';') });
}

/** The numbers of a segment; the lowest bit of each is its sign. */
function decode(segment) {
  const numbers = [];
  let [value, shift] = [0, 0];
  for (const digit of segment) {
    const bits = DIGITS.indexOf(digit);
    value += (bits & VALUE) << shift;
    shift += 5;
    if (bits & CONTINUES) continue;
    numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    [value, shift] = [0, 0];
  }
  return numbers;
}

function encode(numbers) {
  return numbers.map((number) => encodeOne(number < 0 ? (-number << 1) | 1 : number << 1)).join('');
}

function encodeOne(value) {
  return value > VALUE ? DIGITS[(value & VALUE) | CONTINUES] + encodeOne(value >> 5) : DIGITS[value];
}
