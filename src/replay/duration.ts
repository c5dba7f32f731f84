import ms from 'ms';

/** A duration such as `90s`, `1h` or `2d` in ms; undefined where the text is none, or none above zero. */
export function parseDuration(text: string): number | undefined {
  const parsed = isDuration(text) ? ms(text) : Number.NaN;
  return parsed > 0 ? parsed : undefined;
}

function isDuration(text: string): text is ms.StringValue {
  return /^\d{1,12}(\.\d{1,3})?(ms|s|m|h|d|w)$/.test(text);
}
