// Owns the page of all panels, on the dashboard's grid, and its picture by a headless Chromium.
// Never anything from the network: the page holds all it shows.

import type { Dashboard, Panel, Window } from "./dashboard.ts";
import { drawGauge, drawLines, drawStates, drawTable, drawValues } from "./draw.ts";

const WIDTH = 1_600;
const COLUMN = WIDTH / 24;
const ROW = 36;
const GAP = 8;
const TITLE = 30;
const LEGEND = 22;
const STYLE = `
body { margin: 0; background: #111217; color: #d5d6dd; font: 12px sans-serif; position: relative }
h1 { font-size: 18px; font-weight: 500; margin: 0; padding: 12px 14px }
h1 small { color: #9fa1a8; font-size: 12px; margin-left: 14px }
section { position: absolute; background: #181b1f; border: 1px solid #2c3036; border-radius: 3px;
  overflow: hidden; box-sizing: border-box }
h2 { font-size: 13px; font-weight: 500; margin: 0; padding: 7px 9px; height: 16px }
.values { display: flex; justify-content: space-around; align-items: center; height: calc(100% - 38px);
  text-align: center }
.values b { display: block; font-size: 30px; font-weight: 500 }
.values span, .legend, th, .none { color: #9fa1a8 }
.legend { padding: 0 9px; white-space: nowrap } .legend span { margin-right: 12px }
.legend i { display: inline-block; width: 12px; height: 3px; margin: 0 4px 3px 0 }
table { width: 100%; border-collapse: collapse } .none { padding: 0 9px }
th, td { text-align: left; font-weight: 400; padding: 4px 9px; border-bottom: 1px solid #2c3036;
  white-space: nowrap }
svg text:not([fill]) { fill: #9fa1a8 } svg text { font-size: 11px }`;

export async function drawPage(dashboard: Dashboard, window: Window): Promise<string> {
  const sections = await Promise.all(dashboard.panels.map(async (panel) => {
    const { x, y, w, h } = panel.gridPos;
    const place = {
      left: x * COLUMN + GAP / 2,
      top: 48 + y * ROW,
      width: w * COLUMN - GAP,
      height: h * ROW - GAP,
    };
    const style = Object.entries(place).map(([name, value]) => `${name}:${value}px`).join(";");
    const size = { width: place.width - 2, height: place.height - TITLE - LEGEND - 4 };
    const content = await draw(panel, { dashboard, window, size });
    return `<section style="${style}"><h2>${panel.title}</h2>${content}</section>`;
  }));
  const note =
    "panels and queries of dashboard.json, answered by Prometheus, drawn without Grafana";
  return `<!doctype html><meta charset="utf-8"><style>${STYLE}</style>` +
    `<h1>cardano-forge-manager<small>${note}</small></h1>${sections.join("")}`;
}

async function draw(
  panel: Panel,
  { dashboard, window, size }: {
    dashboard: Dashboard;
    window: Window;
    size: { width: number; height: number };
  },
): Promise<string> {
  switch (panel.type) {
    case "stat":
      return drawValues(await dashboard.latest(panel, window), panel);
    case "gauge":
      return drawGauge(await dashboard.latest(panel, window), panel);
    case "table":
      return drawTable(await dashboard.rows(panel, window));
    case "state-timeline":
      return drawStates(await dashboard.lines(panel, window), {
        panel,
        window,
        size: { ...size, height: size.height + LEGEND },
      });
    case "timeseries":
      return drawLines(await dashboard.lines(panel, window), { panel, window, size });
  }
}

/** Of the page's height: what the lowest panel ends at. */
export async function takePicture(
  html: string,
  { dashboard, to }: { dashboard: Dashboard; to: string },
): Promise<void> {
  const rows = Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h));
  const dir = await Deno.makeTempDir({ prefix: "forge-picture-" });
  try {
    await Deno.writeTextFile(`${dir}/page.html`, html);
    const { success, stderr } = await new Deno.Command("chromium", {
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
        `--user-data-dir=${dir}/profile`,
        `--window-size=${WIDTH},${48 + rows * ROW}`,
        `--screenshot=${to}`,
        `file://${dir}/page.html`,
      ],
      stdout: "null",
      stderr: "piped",
    }).output();
    if (!success) throw new Error(`Cannot take the picture: ${new TextDecoder().decode(stderr)}`);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}
