// Owns the story of one cluster: what is done to the leader, in which order, and how it is told.
// Never plays it: player.ts does.

import { forgesAnew, inBackground, type Story } from "./act.ts";
import { seconds } from "./paint.ts";
import type { Stage } from "./stage.ts";
import { LEASE_MS, PERMIT_MS } from "./timings.ts";
import { sleep } from "../sleep.ts";

/** A machine does not come back at once. */
const NEW_POD_MS = 2_000;
/** Long enough to see that the old leader stays cut off while the new one forges. */
const CUT_OFF_MS = 1_000;

export const STORY: Story<Stage> = {
  readingMs: 2_500,
  calm: "one leader that forges and two replicas that could take over",
  isCalm,
  scenes: [
    {
      title: "The first election",
      event: () => "three pods start",
      tell: () =>
        "Three replicas start, each a sidecar beside a simulated cardano-node. No node forges by " +
        "itself. Nobody knows who held the lease before, so all wait one lease duration " +
        `(${seconds(LEASE_MS)}); then one takes it, gives its node the keys and sees it forge.`,
      begin: (act) => {
        for (const replica of act.stage.replicas) replica.start();
        return () => forgesAnew(act);
      },
    },
    {
      title: "The leader is told to stop",
      event: (leader) => `${leader} is told to stop`,
      tell: (leader) =>
        `${leader} gets SIGTERM, as in a rolling update. It takes the keys from its node, sees that the node stopped, and ` +
        "hands the lease back with a receipt for that. So nobody has to wait: the next one forges " +
        "from the next slot on. Then a new pod of the same name starts.",
      begin: (act) => {
        inBackground(act, async ({ leader }) => {
          await leader.terminate();
          if (!act.signal.aborted) leader.start();
        });
        return () => forgesAnew(act);
      },
    },
    {
      title: "The leader is cut off from the API server",
      event: (leader) => `${leader} is cut off`,
      tell: (leader) =>
        `The network swallows all that ${leader} sends. Its lease can be taken over ` +
        `${
          seconds(LEASE_MS)
        } after its last renewal, so it must be sure to have stopped by then: ` +
        `its permit ends after ${
          seconds(PERMIT_MS)
        }, and its own clock ends it, with nobody's help.`,
      begin: (act) => {
        act.leader.cutOff();
        return () => forgesAnew(act);
      },
      mend: async ({ leader, signal }) => {
        await sleep(CUT_OFF_MS, signal);
        leader.heal();
      },
    },
    {
      title: "The leader's sidecar is killed",
      event: (leader) => `${leader} loses its sidecar`,
      tell: (leader) =>
        `Only the sidecar of ${leader} is killed (SIGKILL), and started again at once. The node forges on: ` +
        "the new sidecar finds the permit of the old one on disk and the lease still its own, and " +
        "renews it before the permit ends.",
      begin: (act) => {
        const { leader, stage } = act;
        const before = leader.pod?.sidecar;
        leader.killSidecar();
        return () => {
          const [forger] = stage.observer.forgers(act.event.atMs);
          const isBack = leader.pod?.sidecar !== undefined && leader.pod.sidecar !== before;
          return isBack && forger !== undefined && stage.observer.view(leader).pod === "up";
        };
      },
    },
    {
      title: "The leader's machine is lost",
      event: (leader) => `${leader} loses its machine`,
      tell: (leader) =>
        `Sidecar and node of ${leader} end in one moment, without a word. Nobody can know whether ` +
        `it still forges somewhere, so the others let its lease run out (${seconds(LEASE_MS)}). ` +
        "The new pod of the same name is a stranger to that lease, and waits like them.",
      begin: (act) => {
        inBackground(act, async ({ leader, signal }) => {
          await leader.vanish();
          await sleep(NEW_POD_MS, signal);
          if (!signal.aborted) leader.start();
        });
        return () => forgesAnew(act);
      },
    },
    {
      title: "The leader's node crashes",
      event: (leader) => `${leader} loses its node`,
      tell: (leader) =>
        `The node of ${leader} is killed (SIGKILL). Its sidecar sees that within a second, removes the keys ` +
        "before the node starts again, and hands the lease back with a receipt: a node that is " +
        "gone cannot forge.",
      begin: (act) => {
        act.leader.killNode();
        return () => forgesAnew(act);
      },
    },
  ],
};

/** One forges, and both others could take over. */
function isCalm({ observer }: Stage): boolean {
  const views = observer.views();
  return views.filter(({ isForger, pod }) => isForger && pod === "up").length === 1 &&
    views.filter(({ isStandby }) => isStandby).length === views.length - 1;
}
