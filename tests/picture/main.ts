// Owns `deno task dashboard:picture`: real managers recorded by a real Prometheus, the alerts that fired, the picture.
// Never made-up data: every value was scraped from the compiled program.

import { whyNoReplicas } from "../support/manager_binary.ts";
import { Dashboard } from "./dashboard.ts";
import { drawPage, takePicture } from "./page.ts";
import { Prometheus } from "./prometheus.ts";
import { EXPECTED_ALERTS, makeScene } from "./scene.ts";

const PICTURE = new URL("../../docs/images/dashboard.png", import.meta.url).pathname;

async function main(): Promise<number> {
  const why = whyNoReplicas();
  if (why !== undefined) {
    console.log(`skipped: the picture, since ${why}`);
    return 0;
  }
  await using scene = await makeScene();
  await using prometheus = await Prometheus.start(scene.targets);
  const fromS = Date.now() / 1_000;
  await scene.play((line) => console.log(`${new Date().toISOString()} ${line}`));
  const window = { fromS, toS: Date.now() / 1_000 };

  const dashboard = new Dashboard(prometheus);
  const html = await drawPage(dashboard, window);
  await Deno.mkdir(PICTURE.slice(0, PICTURE.lastIndexOf("/")), { recursive: true });
  await takePicture(html, { dashboard, to: PICTURE });

  const fired = await prometheus.range('ALERTS{alertstate="firing"}', window);
  for (const { metric: { __name__: _, alertstate: __, ...labels }, values } of fired) {
    const at = new Date((values[0]?.[0] ?? 0) * 1_000).toISOString();
    console.log(`${at} fired for ${values.length * 5} s: ${JSON.stringify(labels)}`);
  }
  const names = [...new Set(fired.map(({ metric }) => metric.alertname ?? ""))].toSorted();
  const missing = EXPECTED_ALERTS.filter((name) => !names.includes(name));
  const others = names.filter((name) => !EXPECTED_ALERTS.includes(name));
  console.log(
    `alerts missing: ${missing.join(", ") || "none"}; unexpected: ${others.join(", ") || "none"}`,
  );
  return missing.length + others.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
