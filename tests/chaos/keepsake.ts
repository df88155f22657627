// Owns what is kept of a campaign for whoever must understand it: journal, records, logs, Leases.
// Never keeps a key.

import type { CampaignResult } from "./campaign.ts";
import type { ChaosWorld } from "./world.ts";

export async function keep(
  folder: string,
  world: ChaosWorld,
  result: CampaignResult,
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(
    `${folder}/journal.json`,
    JSON.stringify(result.journal.entries, null, 1),
  );
  await Deno.writeTextFile(`${folder}/violations.txt`, result.violations.join("\n"));
  await Deno.writeTextFile(`${folder}/late.json`, JSON.stringify(result.lateness, null, 1));
  const leases = result.leases.map(({ sightings }) => sightings);
  await Deno.writeTextFile(`${folder}/leases.json`, JSON.stringify(leases));
  for (const { label, replica } of world.pods) {
    const name = label.replaceAll("/", "-");
    await copy(replica.pod.recordPath, `${folder}/${name}.record.jsonl`);
    await copy(replica.pod.logPath, `${folder}/${name}.log`);
  }
}

async function copy(from: string, to: string): Promise<void> {
  try {
    await Deno.copyFile(from, to);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error; // it never began one
  }
}
