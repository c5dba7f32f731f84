/** @returns {import('./index.mjs').Size} numbers of records in a full run and in a quick one */
export const size = (full, quick) => ({ full, quick });

export const pick = ({ full, quick }, isQuick) => (isQuick ? quick : full);

/** Default: a topic of 100-byte JSON with 1,000 keys on 4 partitions. */
export const topicOf = (records, shape = {}) => {
  return (quick) => ({
    partitions: 4,
    keys: 1000,
    bytes: 100,
    codec: 'none',
    ...shape,
    records: pick(records, quick),
  });
};

/** Requires our median to be at least this many times that of each contender. */
export const faster = (targets) => {
  return ({ contenders }) =>
    contenders.flatMap(({ name, oursOver }) =>
      targets[name] === undefined || oursOver === undefined
        ? []
        : [atLeast(`ours over ${name}`, oursOver, targets[name])],
    );
};

export function atLeast(what, value, target) {
  return { what, value, target, atMost: false, met: value >= target };
}

export function atMost(what, value, target) {
  return { what, value, target, atMost: true, met: value <= target };
}

/** A contender's summary in a scenario's result, if it ran. */
export function summaryOf({ contenders }, name) {
  return contenders.find((contender) => contender.name === name)?.summary;
}
