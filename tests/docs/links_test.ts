// Owns the proof that every link of the documentation leads somewhere, and every alert to its runbook.
// Never follows a link out of the repository.

import { assertEquals } from "@std/assert";
import { isThere, readDocuments, ROOT } from "./documents.ts";

const documents = readDocuments();
const anchors = new Map(documents.map((document) => [document.path, document.anchors]));

for (const { path, links } of documents) {
  Deno.test(`every link of ${path} leads somewhere`, () => {
    const broken = links.filter(({ target }) => !/^(https?|mailto):/.test(target))
      .flatMap(({ line, target }) => {
        const [file = "", anchor = ""] = target.split("#");
        const to = file === ""
          ? path
          : new URL(file, `file:///${path}`).pathname.slice(1).replace(/\/$/, "");
        if (!isThere(to)) return [`line ${line}: ${target}`];
        return anchor === "" || anchors.get(to)?.has(anchor) ? [] : [`line ${line}: ${target}`];
      });
    assertEquals(broken, []);
  });
}

const ALERTS = [
  "MultipleLocalForgers",
  "MultipleClusterForgers",
  "NoActiveForger",
  "ClusterHealthDegraded",
  "CardanoClusterUnhealthy",
  "CardanoClusterHealthCheckDown",
  "CardanoClusterHealthCheckSlow",
  "CardanoClusterFailover",
  "CardanoSecondaryClusterForging",
  "FenceUnconfirmed",
  "PermitMarginLow",
  "CredentialsInvalid",
  "KesExpiring",
  "CoordinationUnreachable",
  "ForgingNotConfirmed",
  "ForgeManagerMissing",
  "OpCertCounterMismatch",
];
const SECTIONS = ["Meaning", "Impact", "First look", "Causes and fixes", "When it clears"];

Deno.test("every alert has a runbook of the same build, and every runbook an alert", () => {
  const runbooks = documents.filter(({ path }) => path.startsWith("docs/runbooks/"))
    .filter(({ path }) => path !== "docs/runbooks/README.md");
  assertEquals(runbooks.map(({ path }) => path), ALERTS.map(runbookOf).toSorted());
  for (const { path, headings } of runbooks) {
    const [title, ...sections] = headings.filter(({ level }) => level <= 2);
    assertEquals(`docs/runbooks/${title?.text}.md`, path);
    assertEquals(sections.map(({ text }) => text), SECTIONS, path);
  }
});

const RULES = "chart/cardano-node/files/alerts.yaml";
Deno.test({
  name: "every alerting rule links to its runbook",
  ignore: !isThere(RULES),
  fn() {
    const text = Deno.readTextFileSync(`${ROOT}${RULES}`);
    const rules = text.split(/^\s*- alert: */m).slice(1);
    // Some are there twice, with two severities.
    assertEquals(new Set(rules.map(nameOf)), new Set(ALERTS));
    for (const rule of rules) {
      const url = /runbook_url: *["']?([^\s"']+)/.exec(rule)?.[1];
      const base = "https://github.com/mochipool/cardano-forge-manager/blob/main/";
      assertEquals(url, `${base}${runbookOf(nameOf(rule))}`);
    }
  },
});

function nameOf(rule: string): string {
  return /^["']?(\w+)/.exec(rule)?.[1] ?? "";
}

function runbookOf(alert: string): string {
  return `docs/runbooks/${alert}.md`;
}
