// Owns the proof that the command blocks of the documentation do what they say, on a real API server.
// Never passes over a block in silence: what was not run is named with its reason.

import { assertEquals } from "@std/assert";
import { managerBinary, whyNoReplicas } from "../support/manager_binary.ts";
import { haveRealApiServer } from "../support/apiserver.ts";
import { Replicas, startClusterApi } from "../support/replicas.ts";
import { treatmentOf } from "./commands.ts";
import { type Document, readDocuments } from "./documents.ts";
import type { Block } from "./markdown.ts";
import { missingPrograms, type Stage, startStage } from "./stage.ts";

const why = !haveRealApiServer
  ? "KUBEBUILDER_ASSETS is not set"
  : managerBinary() === undefined
  ? "the program is not compiled (deno task compile)"
  : undefined;

function stageTest(
  name: string,
  fn: (t: Deno.TestContext) => Promise<void>,
  { lacks = why }: { readonly lacks?: string | undefined } = {},
): void {
  if (lacks !== undefined) console.log(`skipped, ${lacks}: ${name}`);
  Deno.test({ name, ignore: lacks !== undefined, fn });
}

const documents = readDocuments();

for (const document of documents.filter(installs)) {
  const name = `commands of ${document.path} work one after the other on a bare API server`;
  // Each needs what those before it made: all of them are run, or none.
  const missing = missingPrograms(document.blocks).join(" and ");
  if (missing !== "") Deno.test({ name: `${name}: no ${missing}`, ignore: true, fn: () => {} });
  else {
    stageTest(name, async (t) => {
      await using stage = await startStage({ installed: false });
      await runAll(document, { stage, t });
    });
  }
}

stageTest("commands of the other documents work where two clusters report", async (t) => {
  await using server = await startClusterApi();
  await using replicas = await Replicas.start({ server, namespace: "docs", replicas: [{}] });
  const { metricsPort: metrics, guardPort: guard } = replicas.at(0).pod;
  await using stage = await startStage({ installed: true, ports: { metrics, guard } });
  const lacking: Block[] = [];
  for (const document of documents) {
    if (!installs(document)) lacking.push(...await runAll(document, { stage, t }));
  }
  if (lacking.length === 0) return;
  const name = `${lacking.length} blocks, for want of ${missingPrograms(lacking).join(" and ")}`;
  await t.step({ name, ignore: true, fn: () => {} });
}, { lacks: why ?? whyNoReplicas() });

/** Whether it brings everything itself. */
function installs({ blocks }: Document): boolean {
  return blocks.some(({ language, text }) => language === "sh" && text.includes("helm install"));
}

/** Gives the blocks that call a program which is not here. */
async function runAll(
  { path, blocks }: Document,
  { stage, t }: { readonly stage: Stage; readonly t: Deno.TestContext },
): Promise<readonly Block[]> {
  const lacking: Block[] = [];
  for (const block of blocks) {
    const treatment = treatmentOf(block);
    if (treatment === undefined) continue;
    const name = `${path}:${block.line}`;
    if (treatment.kind === "no_run") console.log(`not run, ${treatment.reason}: ${name}`);
    else if (missingPrograms([block]).length > 0) lacking.push(block);
    else await t.step(name, () => runOne(block, stage));
  }
  return lacking;
}

async function runOne(block: Block, stage: Stage): Promise<void> {
  const treatment = treatmentOf(block);
  if (treatment?.kind === "until") {
    const { output } = await stage.run(block.text, { until: treatment.text });
    return assertEquals(output.includes(treatment.text), true, `${block.text}\n${output}`);
  }
  const { code, output } = await stage.run(block.text);
  assertEquals(code, 0, `${block.text}\n${output}`);
}
