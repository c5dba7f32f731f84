/** A model whose steps are chosen by the caller. */
export interface World {
  /** The possible next steps; a function of the steps taken so far. */
  readonly steps: readonly string[];
  /** Identifies the state: two states with the same key have the same future. */
  readonly key: string;
  take(step: string): Promise<void>;
  /** The invariant that this state violates, if any. */
  problem(): Promise<string | undefined>;
}

/** The result of an exploration. */
export interface Exploration {
  readonly states: number;
  /** The violated invariant, and the steps that lead to it. */
  readonly violation: { readonly problem: string; readonly steps: readonly string[] } | undefined;
}

/**
 * Takes every possible step in every reachable state, each state once, until an invariant is violated. Running code
 * cannot be copied, so a state is reached again by repeating its steps.
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
