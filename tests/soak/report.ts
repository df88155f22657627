// Owns the report of a soak as Markdown.
// Never rounds a finding away: the verdict comes from the figures, not from the text.

import { GROWTH_MB_PER_HOUR, type Steadiness } from "./judgement.ts";
import { WARM_UP_MINUTES } from "./agenda.ts";
import { markdownTable } from "../support/markdown_table.ts";
import { headTable, type ReportHead } from "../support/report_head.ts";
import type { Sample } from "./sample.ts";
import type { SoakResult } from "./soak.ts";

const TABLE_MINUTES = 10;

export function report(
  { head, result, steadiness }: {
    readonly head: ReportHead;
    readonly result: SoakResult;
    readonly steadiness: readonly Steadiness[];
  },
): { readonly text: string; readonly passed: boolean } {
  const { overlapMs, slotsForgedTwice, slotsForged, longestGapMs } = result.judgement;
  const minutes = (result.endedAt.getTime() - result.beganAt.getTime()) / 60_000;
  const findings = [
    ...result.failures,
    ...overlapMs > 0 ? [`two nodes able to forge for ${overlapMs} ms`] : [],
    ...slotsForgedTwice.length > 0 ? [`${slotsForgedTwice.length} slots forged twice`] : [],
    ...result.unplannedEnds > 0 ? [`${result.unplannedEnds} processes ended by themselves`] : [],
    ...steadiness.every(({ series }) => !series.isJudged) ? ["no series is long enough"] : [],
    ...steadiness.flatMap(({ series, findings }) =>
      findings.map((one) => `${series.replica} (${series.pid}): ${one}`)
    ),
  ];
  const passed = findings.length === 0;
  const text = `# Soak

Three replicas of the compiled program, each in a PID namespace of its own beside a simulated node,
before a real API server, for ${minutes.toFixed(0)} minutes. ${
    passed ? "Passed." : `**Failed:** ${findings.join("; ")}.`
  }

${headTable(head)}

## Two at once

Judged from the nodes' own records of every slot: ${slotsForged} slots forged, ${slotsForgedTwice.length} of them twice, ${overlapMs} ms in which two nodes were able to forge. Longest time without a forger, ${
    (longestGapMs / 1_000).toFixed(1)
  } s, in what is listed below under "What was done". Processes that ended by themselves: ${result.unplannedEnds}.

## Memory, descriptors, threads

One series a process; a sidecar that was ended goes on as a new one. Slopes by least squares over the
samples after the warm-up (${WARM_UP_MINUTES} minutes, in which each disturbance happens at least once, or
that long after the process began), ± half the 95 % interval, widened for the correlation of a sample
with the next. Growth is found when a slope of anonymous memory is told from zero and more than
${GROWTH_MB_PER_HOUR} MB an hour: something happens at least once a second (the poll of the node, probes, renewals, scrapes),
so that 300 bytes kept each time are more than that. Descriptors and threads: median of the first and
of the last ten samples, and the most. Of a timer that is never
cleared the wake-ups would tell; a leader has about twice those of a follower and two threads more,
so that both follow the role.

${steadyTable(steadiness)}

## Course

Means over ${TABLE_MINUTES} minutes; an asterisk marks a replica whose node forged at some sample. The samples of each minute
are in [soak.csv](soak.csv).

${courseTable(result.samples)}

## What was done

${result.events.map(({ minute, what }) => `- minute ${minute}: ${what}`).join("\n")}
`;
  return { text, passed };
}

function steadyTable(all: readonly Steadiness[]): string {
  const rows = all.filter(({ series }) => series.isJudged).map((one) => {
    const { series, memory, wakeUpsPerMinute, fileDescriptors, threads } = one;
    const { first, last, most } = fileDescriptors;
    return [
      series.replica,
      String(memory.count),
      `${memory.perHour.toFixed(2)} ± ${memory.uncertaintyPerHour.toFixed(2)}`,
      memory.noise.toFixed(2),
      `${first} / ${last} / ${most}`,
      `${threads.first} / ${threads.last} / ${threads.most}`,
      `${wakeUpsPerMinute.perHour.toFixed(0)} ± ${wakeUpsPerMinute.uncertaintyPerHour.toFixed(0)}`,
    ];
  });
  const head = [
    "process of",
    "samples",
    "anonymous memory, MB/h",
    "noise, MB",
    "descriptors",
    "threads",
    "wake-ups a minute, by hour",
  ];
  return markdownTable(head, rows);
}

function courseTable(samples: readonly Sample[]): string {
  const groups = Map.groupBy(
    samples,
    ({ minute, replica, pid }) => `${Math.ceil(minute / TABLE_MINUTES)} ${replica} ${pid}`,
  );
  const rows = [...groups.values()].map((own) => {
    const [first, last] = [own[0]!, own.at(-1)!];
    const minutes = last.minute - first.minute;
    const rate = (of: (sample: Sample) => number) =>
      minutes === 0 ? "–" : ((of(last) - of(first)) / minutes).toFixed(0);
    const mean = (of: (sample: Sample) => number) =>
      own.reduce((sum, sample) => sum + of(sample), 0) / own.length;
    return [
      `${first.minute}–${last.minute}`,
      `${first.replica}${own.some(({ forges }) => forges) ? " *" : ""}`,
      String(first.pid),
      mean(({ residentMb }) => residentMb).toFixed(1),
      mean(({ anonymousMb }) => anonymousMb).toFixed(2),
      mean(({ fileDescriptors }) => fileDescriptors).toFixed(1),
      mean(({ threads }) => threads).toFixed(1),
      rate(({ cpuMs }) => cpuMs),
      rate(({ wakeUps }) => wakeUps),
      rate(({ requests }) => requests),
    ];
  });
  const head = [
    "minutes",
    "replica",
    "pid",
    "RSS, MB",
    "anonymous, MB",
    "descriptors",
    "threads",
    "CPU, ms/min",
    "wake-ups/min",
    "requests/min",
  ];
  return markdownTable(head, rows);
}
