// Owns what a client may ask about the emulator itself: its version and what it serves.
// Never lists an object.

import { apiPathOf, apiVersionOf, type Resource } from "./resources.ts";

const VERBS = ["create", "delete", "get", "list", "patch", "update", "watch"];

/** Answers a discovery path, or undefined where there is nothing of that kind. */
export function discovery(resources: readonly Resource[], pathname: string): unknown {
  const groups = [...new Set(resources.map((r) => r.group))].filter((group) => group !== "");
  if (pathname === "/version") {
    return { major: "1", minor: "35", gitVersion: "v1.35.0-emulator", platform: "deno" };
  }
  if (pathname === "/api") return { kind: "APIVersions", versions: ["v1"] };
  if (pathname === "/apis") {
    const described = groups.map((group) => apiGroup(resources, group));
    return { kind: "APIGroupList", apiVersion: "v1", groups: described };
  }
  const group = groups.find((name) => pathname === `/apis/${name}`);
  if (group !== undefined) {
    return { kind: "APIGroup", apiVersion: "v1", ...apiGroup(resources, group) };
  }
  const served = resources.filter((resource) => pathname === apiPathOf(resource));
  if (served.length === 0) return undefined;
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: apiVersionOf(served[0]!),
    resources: served.flatMap(describe),
  };
}

function apiGroup(resources: readonly Resource[], name: string): Record<string, unknown> {
  const versions = [...new Set(resources.filter((r) => r.group === name).map((r) => r.version))]
    .map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions, preferredVersion: versions[0] };
}

function describe({ plural, kind, isCustom }: Resource): Record<string, unknown>[] {
  const singularName = kind.toLowerCase();
  const main = { name: plural, singularName, namespaced: true, kind, verbs: VERBS };
  const status = {
    name: `${plural}/status`,
    singularName: "",
    namespaced: true,
    kind,
    verbs: ["get", "patch", "update"],
  };
  return isCustom ? [main, status] : [main];
}
