// Owns which functions of the program a simulated world runs, so that an altered copy can be run too.
// Never wraps them: they run as they are.

import { type Guarding, newGuarding } from "../../lib/core/forging_state.ts";
import { stepForging } from "../../lib/core/forging.ts";
import {
  deadManVerdict,
  forgingVerdict,
  isFencing,
  unfitness,
} from "../../lib/core/guard_verdicts.ts";
import { stepManager } from "../../lib/core/manager.ts";
import { newManaging } from "../../lib/core/manager_state.ts";

export type { Guarding };

export const PRODUCTION = {
  stepForging,
  newGuarding,
  stepManager,
  newManaging,
  unfitness,
  forgingVerdict,
  isFencing,
  deadManVerdict,
};

export type Core = typeof PRODUCTION;

/** The same functions out of another copy of lib/core. */
export async function loadCore(folder: string): Promise<Core> {
  const [forging, forgingState, manager, managerState, verdicts] = await Promise.all(
    ["forging", "forging_state", "manager", "manager_state", "guard_verdicts"].map((name) =>
      import(`file://${folder}/${name}.ts`)
    ),
  );
  return { ...forgingState, ...forging, ...managerState, ...manager, ...verdicts };
}
