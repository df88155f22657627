// Owns the command `failover`.
// Never waits for the move: it says what to look at.

import { addMs, wallTime } from "../core/time.ts";
import { parseDurationMs } from "../config/duration.ts";
import { parsedArguments } from "./arguments.ts";
import { carryOut } from "./clusters/carry_out.ts";
import { planFailover } from "./clusters/plan_failover.ts";
import { FAILOVER } from "./clusters/shapes.ts";
import type { Terminal } from "./command.ts";

export async function failover(args: readonly string[], terminal: Terminal): Promise<number> {
  const parsed = parsedArguments(args, FAILOVER);
  const { flags } = parsed;
  const to = flags.get("--to") ?? "";
  const lengthMs = parseDurationMs(flags.get("--for") ?? "");
  const nowMs = Math.ceil(Date.now() / 1_000) * 1_000;
  const endsAt = lengthMs === undefined ? undefined : addMs(wallTime(nowMs), lengthMs);
  const wish = {
    to,
    reason: flags.get("--reason") ?? "",
    endsAt,
    force: flags.has("--force"),
  };
  return await carryOut(parsed, {
    title: "Failover",
    plan: (view) => planFailover(view, wish),
    next: [
      `cardano-forge-manager status --watch    ${to} forges within seconds`,
      "cardano-forge-manager restore           ends it" +
      (endsAt === undefined ? "; nothing else does" : " before its time"),
    ],
  }, terminal);
}
