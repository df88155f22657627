// Owns the report of a benchmark as Markdown: what was measured, its target, what was found.
// Never judges, and never leaves out what missed its target.

import { markdownTable } from "../support/markdown_table.ts";
import { headTable, type ReportHead } from "../support/report_head.ts";
import type { Figure } from "./figures.ts";

export interface Section {
  readonly title: string;
  readonly figures: readonly Figure[];
}

export function report(
  { head, sections, isQuick }: {
    readonly head: ReportHead;
    readonly sections: readonly Section[];
    readonly isQuick: boolean;
  },
): string {
  const tables = sections.filter(({ figures }) => figures.length > 0).map(({ title, figures }) => {
    const rows = figures.map(({ what, target, found }) => [rowName(what), target || "–", found]);
    return `## ${title}\n\n${markdownTable(["figure", "target", "found"], rows)}\n`;
  });
  return `# Benchmark

The compiled program before real API servers: replicas in PID namespaces of their own, each beside a
simulated node, with the default timings. Times in which nobody forges are from the nodes' own
records, requests from the replicas' metrics and from the API servers' audit logs, CPU and memory
from the kernel. Nothing is asked of a replica while its CPU is measured.
${isQuick ? "\n**A quick look: too few runs and too short for these figures to be quoted.**\n" : ""}
${headTable(head)}

${tables.join("\n")}`;
}

/** What belongs to the figure above it begins with a space. */
function rowName(what: string): string {
  return what.startsWith(" ") ? `… ${what.trim()}` : what;
}
