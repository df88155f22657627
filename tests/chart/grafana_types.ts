// Owns checking a dashboard against the types that Grafana publishes, which are made from its own schema.
// Never checks what Grafana leaves open: its types of targets and transformations are any object.

const SCHEMA = "npm:@grafana/schema@13.2.3";
/** Of the panels' options and fields, by type. */
const PANELS: Readonly<Record<string, string>> = {
  stat: "stat/panelcfg/x/StatPanelCfg_types.gen",
  gauge: "gauge/panelcfg/x/GaugePanelCfg_types.gen",
  table: "table/panelcfg/x/TablePanelCfg_types.gen",
  "state-timeline": "statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen",
  timeseries: "timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen",
};
/** They have none of their own. */
const WITHOUT_FIELDS = ["stat", "gauge"];

/**
 * In JSON the member of an enum is its value. Everything else stays as it is; a property that the
 * types do not have is an error, since the dashboard stands there as a literal.
 */
const PLAIN = `
type Plain<T> = T extends string ? \`\${T}\`
  : T extends number ? \`\${T}\` extends \`\${infer N extends number}\` ? N : T
  : T extends readonly (infer E)[] ? Plain<E>[]
  : T extends object ? { [K in keyof T]: Plain<T[K]> }
  : T;`;

interface PanelJson {
  readonly type: string;
}

/** What the type checker says against it; empty: nothing. */
export async function grafanaTypeErrors(
  dashboard: { readonly panels: readonly PanelJson[] },
): Promise<string> {
  const { panels, ...rest } = dashboard;
  const program = [
    `import type { Dashboard, Panel, VariableModel } from "${SCHEMA}";`,
    ...Object.entries(PANELS).map(([type, path]) =>
      `import type * as ${name(type)} from "${SCHEMA}/dist/esm/raw/composable/${path}";`
    ),
    PLAIN,
    `const dashboard: Plain<Omit<Dashboard, "panels">> = ${JSON.stringify(rest)};`,
    ...panels.map((panel, index) =>
      `const panel${index}: ${type(panel)} = ${JSON.stringify(panel)};`
    ),
  ].join("\n");
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(path, program);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "--no-config", "--no-lock", path],
      env: { DENO_TLS_CA_STORE: "system", NO_COLOR: "1" },
      stdout: "null",
      stderr: "piped",
    }).output();
    return success ? "" : new TextDecoder().decode(stderr);
  } finally {
    await Deno.remove(path);
  }
}

/** Options that are absent are Grafana's defaults. */
function type({ type }: PanelJson): string {
  if (PANELS[type] === undefined) throw new Error(`Grafana's types of ${type} are not known here`);
  const fields = WITHOUT_FIELDS.includes(type) ? "unknown" : `${name(type)}.FieldConfig`;
  return `Plain<Omit<Panel<unknown, ${fields}>, "options">> & ` +
    `{ options: Plain<Partial<${name(type)}.Options>> }`;
}

function name(type: string): string {
  return type.replace("-", "_");
}
