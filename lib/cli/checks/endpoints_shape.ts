// Owns what may follow `check-endpoints`.
// Never loads what asks: the command line knows the arguments before it needs it.

import type { ArgumentShape } from "../arguments.ts";

const BASE_URL = {
  pattern: /^http:\/\/[^\s/?#@]+\/?$/,
  allowed: "an address like http://127.0.0.1:8000, without a path",
};

export const DEFAULT_URLS = {
  manager: "http://127.0.0.1:8000",
  guard: "http://127.0.0.1:8001",
} as const;

export const CHECK_ENDPOINTS: ArgumentShape = {
  name: "check-endpoints",
  flags: [
    {
      name: "--url",
      value: "URL",
      form: BASE_URL,
      meaning: `where METRICS_PORT is reached (${DEFAULT_URLS.manager})`,
    },
    {
      name: "--guard-url",
      value: "URL",
      form: BASE_URL,
      meaning: `where GUARD_PORT is reached (${DEFAULT_URLS.guard})`,
    },
    { name: "--watch", short: "-w", meaning: "go on, and print again what changed" },
  ],
};
