// Owns what a soak found of each process, and whether that is steady.
// Never judges a process that did not live long enough after its warm-up.

import type { Sample } from "./sample.ts";
import { median, type Slope, slopeOf } from "./slope.ts";
import { WARM_UP_MINUTES } from "./agenda.ts";

/**
 * Least slope of anonymous memory that counts as growth. Something is done every second (poll of the
 * node, probes, renewals, scrapes): 300 bytes kept each time are 1.1 MB an hour.
 */
export const GROWTH_MB_PER_HOUR = 1;
/** Shorter series have a slope that says little. */
const JUDGED_MINUTES = 30;
/** What is compared at both ends of a series. */
const ENDS_MINUTES = 10;
/** A connection of the pool more or less, or a thread of Tokio's that rests. */
const COUNT_TOLERANCE = 2;

export interface Series {
  readonly replica: string;
  readonly pid: number;
  readonly samples: readonly Sample[];
  /** Those after the warm-up of the soak and of this process. */
  readonly steady: readonly Sample[];
  readonly isJudged: boolean;
}

export interface Steadiness {
  readonly series: Series;
  readonly memory: Slope;
  readonly wakeUpsPerMinute: Slope;
  readonly fileDescriptors: Ends;
  readonly threads: Ends;
  /** Empty when all is steady. */
  readonly findings: readonly string[];
}

/** Medians of the first and of the last minutes, and the most in between. */
export interface Ends {
  readonly first: number;
  readonly last: number;
  readonly most: number;
}

export function seriesOf(samples: readonly Sample[]): readonly Series[] {
  const byProcess = Map.groupBy(samples, ({ replica, pid }) => `${replica} ${pid}`);
  return [...byProcess.values()].map((own) => {
    const fromMinute = Math.max(WARM_UP_MINUTES, own[0]!.minute + WARM_UP_MINUTES - 1);
    const steady = own.filter(({ minute }) => minute >= fromMinute);
    const { replica, pid } = own[0]!;
    const lastsMinutes = (steady.at(-1)?.minute ?? 0) - (steady[0]?.minute ?? 0);
    return { replica, pid, samples: own, steady, isJudged: lastsMinutes >= JUDGED_MINUTES };
  });
}

export function judgeSeries(series: Series): Steadiness {
  const { steady } = series;
  const points = (value: (sample: Sample) => number) =>
    steady.map((sample) => ({ minute: sample.minute, value: value(sample) }));
  const memory = slopeOf(points(({ anonymousMb }) => anonymousMb));
  const rates = steady.slice(1).map((sample, i) => ({
    minute: sample.minute,
    value: (sample.wakeUps - steady[i]!.wakeUps) / (sample.minute - steady[i]!.minute),
  }));
  const wakeUpsPerMinute = slopeOf(rates);
  const fileDescriptors = endsOf(steady, ({ fileDescriptors }) => fileDescriptors);
  const threads = endsOf(steady, ({ threads }) => threads);
  const findings: string[] = [];
  if (series.isJudged) {
    if (grows(memory)) findings.push(`memory grows by ${memory.perHour.toFixed(2)} MB an hour`);
    if (fileDescriptors.last > fileDescriptors.first + COUNT_TOLERANCE) {
      findings.push(`file descriptors grow from ${fileDescriptors.first}`);
    }
    if (threads.last > threads.first + COUNT_TOLERANCE) {
      findings.push(`threads grow from ${threads.first}`);
    }
  }
  return { series, memory, wakeUpsPerMinute, fileDescriptors, threads, findings };
}

/** Growth is told from noise, and large enough to matter. */
function grows({ perHour, uncertaintyPerHour }: Slope): boolean {
  return perHour > GROWTH_MB_PER_HOUR && perHour - uncertaintyPerHour > 0;
}

function endsOf(samples: readonly Sample[], value: (sample: Sample) => number): Ends {
  const values = samples.map(value);
  return {
    first: median(values.slice(0, ENDS_MINUTES)),
    last: median(values.slice(-ENDS_MINUTES)),
    most: Math.max(...values),
  };
}
