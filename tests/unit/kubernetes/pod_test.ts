// Owns what an observation of a Pod means for who runs in it.
// Never watches one: tests/unit/manager/own_pod_test.ts does.

import { assertEquals } from "@std/assert";
import { ownPodStanding, parsePod, podsPath } from "../../../lib/kubernetes/pod.ts";

const LIVING = { name: "bp-0", uid: "a", deletionTimestamp: undefined };
const DYING = { ...LIVING, deletionTimestamp: "2026-09-21T00:01:00Z" };

for (
  const [fact, object, uid, wasSeen, expected] of [
    ["ours, living", LIVING, "a", false, "ours"],
    ["ours, being deleted", DYING, "a", false, "deleting"],
    ["another's of our name, living", LIVING, "b", false, "not_ours"],
    ["another's of our name, being deleted", DYING, "b", false, "not_ours"],
    ["none, and never any: a trial outside of a pod", undefined, "a", false, "not_ours"],
    ["gone, and it was there: deleted by force", undefined, "a", true, "deleting"],
    ["made again by our name while we run on", LIVING, "b", true, "deleting"],
    ["uid not told, living", LIVING, undefined, false, "ours"],
    ["uid not told, being deleted", DYING, undefined, false, "deleting"],
    ["uid not told, none", undefined, undefined, false, "not_ours"],
  ] as const
) {
  Deno.test(`ownPodStanding() of a pod: ${fact}`, () => {
    assertEquals(ownPodStanding(object, { uid, wasSeen }), expected);
  });
}

Deno.test("parsePod() takes what has a name and a uid, and nothing else", () => {
  const metadata = { name: "bp-0", uid: "a", deletionTimestamp: "2026-09-21T00:01:00Z" };
  assertEquals(parsePod({ metadata }), DYING);
  assertEquals(parsePod({ metadata: { name: "bp-0", uid: "a" } }), LIVING);
  for (
    const wrong of [undefined, [], {}, { metadata: { name: "bp-0" } }, { metadata: { uid: 1 } }]
  ) {
    assertEquals(parsePod(wrong), undefined);
  }
});

Deno.test("podsPath() is in the core group", () => {
  assertEquals(podsPath("cardano"), "/api/v1/namespaces/cardano/pods");
});
