/** A model whose steps are chosen from outside: it does nothing by itself. */
export interface World {
  /** What may happen next; always the same for the same steps before. */
  readonly steps: readonly string[];
  /** Tells this state from all others, as far as what may follow is concerned. */
  readonly key: string;
  take(step: string): Promise<void>;
  /** What is wrong in this state. */
  problem(): Promise<string | undefined>;
}

/** What an exploration has found. */
export interface Exploration {
  readonly states: number;
  /** What is wrong, and the steps that lead there. */
  readonly violation: { readonly problem: string; readonly steps: readonly string[] } | undefined;
}

/**
 * Takes every step that can be taken in every state that can be reached, each state once, until something is wrong. As
 * what runs in a world can't be copied, a state is reached again by the steps that led to it.
 */
export async function explore(create: () => Promise<World>): Promise<Exploration> {
  const seen = new Set<string>();
  const branches: (readonly string[])[] = [[]];
  for (let branch = branches.pop(); branch; branch = branches.pop()) {
    const world = await create();
    const steps = [...branch];
    for (const step of steps) await world.take(step);
    while (!seen.has(world.key)) {
      seen.add(world.key);
      const problem = await world.problem();
      if (problem !== undefined) return { states: seen.size, violation: { problem, steps } };
      const [next, ...others] = world.steps;
      for (const other of others) branches.push([...steps, other]);
      if (next === undefined) break;
      steps.push(next);
      await world.take(next);
    }
  }
  return { states: seen.size, violation: undefined };
}
