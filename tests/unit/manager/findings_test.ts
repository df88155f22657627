// Owns the proof that every reason is one the API takes, whatever is found.
// Never compares messages.

import { assertEquals, assertMatch } from "@std/assert";
import type { Unfit } from "../../../lib/core/guard_verdicts.ts";
import type { CredentialProblem } from "../../../lib/credentials/verdict.ts";
import type { LeaderView } from "../../../lib/kubernetes/leader_status.ts";
import { leaderView } from "../../../lib/manager/findings.ts";
import type { Snapshot } from "../../../lib/manager/snapshot.ts";
import { reasonWord } from "../../../lib/reason.ts";
import { nodeIn, report, snapshot } from "../http/sample.ts";

/** As metav1.Condition prescribes; ours have no separators at all. */
const REASON = /^[A-Z][A-Za-z0-9]*$/;
const UNFIT: Readonly<Record<Unfit, true>> = {
  shutting_down: true,
  credentials_invalid: true,
  install_failed: true,
  node_not_found: true,
  node_starts_producing: true,
  node_starting: true,
  node_gone: true,
  node_refusing: true,
  node_silent: true,
  start_failed: true,
  forging_unconfirmed: true,
};
const PROBLEMS: Readonly<Record<CredentialProblem["code"], true>> = {
  missing: true,
  unreadable: true,
  not_text_envelope: true,
  wrong_type: true,
  wrong_cbor: true,
  bad_signature: true,
  kes_mismatch: true,
  not_yet_valid: true,
  kes_expired: true,
  other_pool: true,
  counter_lower: true,
};

function view(change: Partial<Snapshot>): LeaderView {
  return leaderView(snapshot(change), { generation: 1 });
}

function reasons(found: LeaderView): string[] {
  const { leaderElected, forgingConfirmed, credentialsValid, nodeReady, kesExpiring } = found;
  const findings = [leaderElected, forgingConfirmed, credentialsValid, nodeReady, kesExpiring];
  return [found.reason, ...findings.map(({ reason }) => reason)];
}

Deno.test("every reason is in the form that the API takes", () => {
  const guards = [
    undefined,
    ...(["forging", "stopped", "unknown"] as const).map((forging) => report({ forging })),
    report({ verified: false }),
    ...(["unseen", "starting", "ready", "refusing", "gone"] as const).map((phase) =>
      report({ node: nodeIn(phase) })
    ),
    report({ node: nodeIn("starting", { startsNonProducing: false }) }),
    ...(Object.keys(UNFIT) as Unfit[]).map((code) =>
      report({ forging: "stopped", unfit: { code, message: "" } })
    ),
    ...(Object.keys(PROBLEMS) as CredentialProblem["code"][]).flatMap((code) => {
      const problems = [{ file: "kes" as const, code, message: "wrong" }];
      return [
        report({ credentials: { kind: "invalid", problems } }),
        report({ rejectedSource: problems }),
      ];
    }),
    report({ credentials: { kind: "invalid", problems: [] } }),
  ];
  for (const guard of guards) {
    for (const leads of [true, false]) {
      for (const isOurs of [true, false]) {
        const lease = { ...snapshot().lease, isOurs };
        for (const givingUp of [undefined, "shutdown", "lease_lost", "node_gone"]) {
          for (const reason of reasons(view({ guard, leads, lease, givingUp }))) {
            assertMatch(reason, REASON);
          }
        }
      }
    }
  }
});

Deno.test("a code reads the same in all places, in words", () => {
  assertEquals(reasonWord("kes_expired"), "KesExpired");
  assertEquals(reasonWord("node_starts_producing"), "NodeStartsProducing");
  assertEquals(reasonWord(""), "");
  const problems = [{ file: "opcert" as const, code: "kes_expired" as const, message: "over" }];
  const guard = report({ credentials: { kind: "invalid", problems } });
  assertEquals(view({ guard }).credentialsValid.reason, "KesExpired");
  assertEquals(
    view({ guard: report({ node: nodeIn("refusing") }) }).nodeReady.reason,
    "NodeRefusing",
  );
});

Deno.test("a node that hangs is not ready, though its socket accepts connections", () => {
  const unfit = { code: "node_silent", message: "it hangs" } as const;
  const guard = report({ forging: "forging", verified: false, unfit });
  const found = view({ leads: false, givingUp: "node_silent", guard });
  assertEquals(found.nodeReady, { status: "False", reason: "NodeSilent", message: "it hangs" });
  assertEquals([found.leaderPod, found.reason], ["bp-0", "NodeSilent"]);
});

Deno.test("a lease that is kept until a stop is confirmed still names its holder", () => {
  const guard = report({ forging: "unknown", fencing: true });
  const found = view({ leads: false, givingUp: "shutdown", guard });
  assertEquals([found.leaderPod, found.forgingEnabled, found.reason], ["bp-0", false, "Shutdown"]);
});

Deno.test("a node that forges is reported so, also when nobody leads by right", () => {
  const lease = { ...snapshot().lease, isOurs: false };
  const found = view({ leads: false, lease });
  assertEquals([found.leaderPod, found.forgingEnabled], ["", true]);
});
