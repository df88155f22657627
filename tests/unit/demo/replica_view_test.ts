// Owns the proof that a replica is told in words, whatever is known of it.
// Never starts a replica.

import { assertEquals } from "@std/assert";
import type { PodStatus } from "../../../lib/demo/pod_status.ts";
import { type ReplicaFacts, viewOf } from "../../../lib/demo/replica_view.ts";

function status(
  { standing = "held by bp-1; claimable in 5 s if nothing changes", leads = false, ...guard }: {
    standing?: string;
    leads?: boolean;
    forging?: string;
    phase?: string;
    unfit?: string;
  },
): PodStatus {
  const { forging = "stopped", phase = "ready", unfit } = guard;
  return {
    leads,
    permitLeftMs: leads ? 2_500 : 0,
    lease: { holder: "bp-1", standing },
    guard: {
      forging,
      node: { phase },
      ...(unfit === undefined ? {} : { unfit: { code: unfit, message: `because of ${unfit}` } }),
    },
  };
}

/** Of a local leader in one cluster of several. */
function inTier(
  { standing, reach = "reached", isHeld = false }: {
    standing: string;
    reach?: string;
    isHeld?: boolean;
  },
): PodStatus {
  return {
    ...status({ leads: true }),
    tier: {
      coordination: { reach },
      forgeLease: { transitions: 1, isHeld, standing },
      clusters: [],
    },
  };
}

const UP: ReplicaFacts = {
  name: "bp-0",
  life: "running",
  sidecarRuns: true,
  nodeRuns: true,
  isFrozen: false,
  isCutOff: false,
  status: status({}),
  statusAgeMs: 100,
};
const LEADING = status({ leads: true, forging: "forging" });

const CASES: readonly [
  fact: string,
  facts: Partial<ReplicaFacts>,
  view: [pod: string, node: string, forging: string, waitsFor: string],
][] = [
  ["a standby", {}, ["up", "ready", "no", "bp-1 to be silent for 5 s"]],
  ["a leader", { status: LEADING }, ["up", "ready", "confirmed", ""]],
  [
    "a leader whose node is not seen forging yet",
    { status: status({ leads: true, forging: "unknown" }) },
    ["up", "ready", "unknown", "its node to be seen forging"],
  ],
  [
    "a replica of which nothing is there",
    { life: "absent", sidecarRuns: false, nodeRuns: false, status: undefined },
    ["no pod", "–", "no", "a new pod"],
  ],
  [
    "a pod that starts",
    { nodeRuns: false, status: undefined },
    ["starting", "none yet", "no", "its sidecar to start"],
  ],
  [
    "a node without its sidecar",
    { sidecarRuns: false, status: undefined },
    ["no sidecar", "running", "unknown", "its sidecar to be started again"],
  ],
  [
    "a node that ended before the sidecar saw it",
    { nodeRuns: false, status: LEADING },
    ["up", "ended", "no", ""],
  ],
  [
    "a node that comes back",
    { status: status({ phase: "starting", unfit: "node_starting" }) },
    ["up", "starting", "no", "its node to be ready"],
  ],
  [
    "what keeps a replica from leading, as the sidecar says it",
    { status: status({ unfit: "credentials_invalid" }) },
    ["up", "ready", "no", "because of credentials_invalid"],
  ],
  [
    "a replica whose node hangs",
    { status: status({ unfit: "node_silent" }) },
    ["up", "ready", "no", "its node to go on"],
  ],
  [
    "a frozen sidecar",
    { isFrozen: true, status: undefined },
    ["frozen", "running", "unknown", "its sidecar to be thawed"],
  ],
  [
    "a standby cut off",
    { isCutOff: true },
    ["cut off", "ready", "no", "an answer of the API server"],
  ],
  [
    "a local leader whose cluster does not forge",
    { status: inTier({ standing: "held by us; claimable in 6 s if nothing changes" }) },
    ["up", "ready", "no", "us to be silent for 6 s"],
  ],
  [
    "a local leader at the first wait for the forge lease",
    {
      status: inTier({ standing: "vacant without a receipt; claimable in 3 s if nothing changes" }),
    },
    ["up", "ready", "no", "the forge lease to be silent for 3 s"],
  ],
  [
    "a local leader that cannot reach the hub",
    { status: inTier({ standing: "held by this cluster", reach: "unreachable" }) },
    ["up", "ready", "no", "an answer of the hub"],
  ],
  [
    "a leader of the cluster that forges",
    { status: { ...inTier({ standing: "held by this cluster", isHeld: true }), ...LEADING } },
    ["up", "ready", "confirmed", ""],
  ],
  [
    "the first wait of all",
    {
      status: status({ standing: "vacant without a receipt; claimable in 3 s if nothing changes" }),
    },
    ["up", "ready", "no", "the lease to be silent for 3 s"],
  ],
];
for (const [fact, facts, [pod, node, forging, waitsFor]] of CASES) {
  Deno.test(`viewOf() tells ${fact}`, () => {
    const view = viewOf({ ...UP, ...facts });
    assertEquals([view.pod, view.node, view.forging, view.waitsFor], [
      pod,
      node,
      forging,
      waitsFor,
    ]);
  });
}

Deno.test("viewOf() counts a permit down since it was asked for", () => {
  assertEquals(viewOf({ ...UP, status: LEADING, statusAgeMs: 700 }).permitLeftMs, 1_800);
  assertEquals(viewOf({ ...UP, status: LEADING, statusAgeMs: 9_000 }).permitLeftMs, 0);
});

Deno.test("viewOf() calls nobody a standby who could not take over", () => {
  const isStandby = (facts: Partial<ReplicaFacts>) => viewOf({ ...UP, ...facts }).isStandby;
  assertEquals(isStandby({}), true);
  assertEquals(isStandby({ isCutOff: true }), false);
  assertEquals(isStandby({ status: LEADING }), false);
  assertEquals(isStandby({ status: status({ unfit: "node_starting" }) }), false);
});
