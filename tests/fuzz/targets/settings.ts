// Owns the fuzz targets of what people write: settings, durations, times.
// Never lets timings through that break the rule by which two never forge.

import { type Environment, readConfig } from "../../../lib/config.ts";
import { parseDurationMs } from "../../../lib/config/duration.ts";
import { parseRfc3339 } from "../../../lib/config/rfc3339.ts";
import { SETTINGS } from "../../../lib/config/settings.ts";
import { isoMicroTime, parseIsoTime } from "../../../lib/core/iso_time.ts";
import { wallTime } from "../../../lib/core/time.ts";
import { broken, bytes, type FuzzTarget, text } from "../target.ts";

const TIMES = [
  "2026-01-02T03:04:05Z",
  "2026-02-31T00:00:00Z",
  "2028-02-29T23:59:59.123456Z",
  "2026-01-02T03:04:05+02:30",
];

const time: FuzzTarget = {
  name: "time",
  holds: "a text is a time only if a calendar has it, and it is that time",
  seeds: TIMES.map(bytes),
  words: ["T", "Z", "-02-30", "-02-29", ":60", "24:", ".", "+", "9999", "0000"],
  check(input) {
    const written = text(input);
    const rfc = parseRfc3339(written);
    const iso = parseIsoTime(written);
    for (const at of [rfc, iso]) {
      if (at === undefined) continue;
      if (!Number.isFinite(at)) broken("no number", written);
      const isUtc = /z$/i.test(written);
      const seconds = new Date(at).toISOString().slice(0, 19);
      if (isUtc && seconds !== written.slice(0, 19).toUpperCase()) {
        broken("another time", written, seconds);
      }
    }
    if (rfc !== undefined && iso !== undefined && rfc !== iso) broken("two times", rfc, iso);
    const ms = input.reduce((sum, byte) => (sum * 256 + byte) % 253_402_300_800_000, 0);
    if (parseIsoTime(isoMicroTime(wallTime(ms))) !== ms) broken("our own writing", ms);
  },
};

const durationText: FuzzTarget = {
  name: "duration",
  holds: "a duration is a whole number of one unit",
  seeds: ["30s", "2m", "1h", "999999s"].map(bytes),
  words: ["s", "m", "h", "0", ".", "-", " ", "1m30s"],
  check(input) {
    const ms = parseDurationMs(text(input));
    if (ms === undefined) return;
    const unit = { s: 1e3, m: 6e4, h: 36e5 }[text(input).at(-1)!]!;
    if (ms !== Number(text(input).slice(0, -1)) * unit) broken("another duration", text(input), ms);
  },
};

const ENVIRONMENT = `POD_NAME=bp-0
NAMESPACE=cardano
KUBERNETES_SERVICE_HOST=10.0.0.1
CARDANO_NETWORK=preview
LEASE_DURATION=15
RENEW_DEADLINE=9
FENCE_TIMEOUT=4
API_TIMEOUT=2
SLEEP_INTERVAL=5
ENABLE_CLUSTER_MANAGEMENT=true
CLUSTER_REGION=us-east-1
FORGE_LEASE_DURATION=30
FORGE_RENEW_DEADLINE=18
HEALTH_CHECK_INTERVAL=30s
FAILBACK_DELAY=300
POOL_ID=pool1wp38wdlkhsk0jzajnwm00jl9t8cn5xd920zfgquyjnyfgxlkznn
`;

const environment: FuzzTarget = {
  name: "environment",
  holds: "any environment gives settings that keep 0.99 W >= 1.01 (H + S + 0.3), or problems",
  seeds: [bytes(ENVIRONMENT)],
  words: [...SETTINGS.map(({ name }) => `\n${name}=`), "0", "1e9", "-1", ".5", "300", "5", "NaN"],
  check(input) {
    const env: Record<string, string> = {};
    for (const line of text(input).split("\n")) {
      const at = line.indexOf("=");
      if (at > 0) env[line.slice(0, at)] = line.slice(at + 1).replaceAll("\0", "");
    }
    const reading = readConfig(env as Environment, { fileExists: () => false });
    if (reading.kind === "wrong") {
      if (reading.problems.length === 0) broken("wrong without a problem");
      return;
    }
    const { lease, fenceTimeoutMs, cluster } = reading.config;
    for (const one of [lease, cluster?.forgeLease]) {
      if (one === undefined) continue;
      const { durationMs, renewDeadlineMs } = one;
      const left = 0.99 * durationMs - 1.01 * (renewDeadlineMs + fenceTimeoutMs + 300);
      if (!(left >= -1e-6) || !(renewDeadlineMs > 0)) broken("unsafe timings", one, fenceTimeoutMs);
    }
  },
};

export const SETTING_TARGETS = [time, durationText, environment];
