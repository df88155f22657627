// Owns the command line of the simulated node: the real node's arguments and `--sim-…` ones.
// Never refuses an argument of the real node that it does not need.

import type { CredentialPaths } from "../config.ts";

/** Ways to behave worse than a sound node. */
const MISBEHAVIOURS = [
  "ignore-sighup",
  /** Goes on forging at a SIGHUP, as when a genesis file no longer matches. */
  "refuse-stop",
  /** Does not begin to forge at a SIGHUP, but stops. */
  "refuse-start",
  /** Its metrics say that it forges, whatever it does. */
  "lying-metrics",
  "crash-on-sighup",
  "no-metrics",
] as const;

export type Misbehaviour = typeof MISBEHAVIOURS[number];

export interface SimulatedArguments {
  readonly socketPath: string;
  /** Undefined for a relay, which has none of the three. */
  readonly credentials: CredentialPaths | undefined;
  readonly nonProducing: boolean;
  readonly metricsPort: number | undefined;
  readonly recordPath: string;
  /** From the start until consensus is up and the socket listens. */
  readonly replayMs: number;
  /** From reading the files to the effect, for the first, second, … signal; the last one repeats. */
  readonly handlerDelaysMs: readonly number[];
  readonly misbehaviours: ReadonlySet<Misbehaviour>;
}

const VALUES = {
  socketPath: "--socket-path",
  kes: "--shelley-kes-key",
  vrf: "--shelley-vrf-key",
  opcert: "--shelley-operational-certificate",
  metricsPort: "--sim-metrics-port",
  record: "--sim-record",
  replayMs: "--sim-replay-ms",
  handlerDelaysMs: "--sim-handler-delays-ms",
  misbehaviours: "--sim-misbehave",
} as const;

/** The arguments, or what is wrong with them. */
export function parseSimulatedArguments(args: readonly string[]): SimulatedArguments | string {
  const value = (name: keyof typeof VALUES) => valueOf(args, VALUES[name]);
  const credentials = credentialsOf(value("kes"), value("vrf"), value("opcert"));
  if (typeof credentials === "string") return credentials;
  const socketPath = value("socketPath");
  const recordPath = value("record");
  if (socketPath === undefined || recordPath === undefined) {
    return `Missing: ${VALUES.socketPath} and ${VALUES.record}`;
  }
  const misbehaviours = value("misbehaviours")?.split(",") ?? [];
  const unknown = misbehaviours.find((name) => !isMisbehaviour(name));
  if (unknown !== undefined) return `Unknown misbehaviour "${unknown}"`;
  const metricsPort = value("metricsPort");
  return {
    socketPath,
    credentials,
    nonProducing: args.includes("--start-as-non-producing-node") ||
      args.includes("--non-producing-node"),
    metricsPort: metricsPort === undefined ? undefined : Number(metricsPort),
    recordPath,
    replayMs: Number(value("replayMs") ?? "0"),
    handlerDelaysMs: (value("handlerDelaysMs") ?? "0").split(",").map(Number),
    misbehaviours: new Set(misbehaviours.filter(isMisbehaviour)),
  };
}

/** The command line that `parseSimulatedArguments` reads. */
export function formatSimulatedArguments(options: SimulatedArguments): string[] {
  const { credentials, misbehaviours } = options;
  const args = ["run", VALUES.socketPath, options.socketPath];
  if (credentials !== undefined) {
    args.push(VALUES.kes, credentials.kes, VALUES.vrf, credentials.vrf);
    args.push(VALUES.opcert, credentials.opcert);
  }
  if (options.nonProducing) args.push("--start-as-non-producing-node");
  args.push(VALUES.record, options.recordPath, VALUES.replayMs, String(options.replayMs));
  if (options.metricsPort !== undefined) args.push(VALUES.metricsPort, String(options.metricsPort));
  args.push(VALUES.handlerDelaysMs, options.handlerDelaysMs.join(","));
  if (misbehaviours.size > 0) args.push(VALUES.misbehaviours, [...misbehaviours].join(","));
  return args;
}

function valueOf(args: readonly string[], name: string): string | undefined {
  const joined = args.find((arg) => arg.startsWith(`${name}=`));
  if (joined !== undefined) return joined.slice(name.length + 1);
  const index = args.indexOf(name);
  return index < 0 ? undefined : args[index + 1];
}

function credentialsOf(
  kes: string | undefined,
  vrf: string | undefined,
  opcert: string | undefined,
): CredentialPaths | undefined | string {
  if (kes !== undefined && vrf !== undefined && opcert !== undefined) return { kes, vrf, opcert };
  if (kes === undefined && vrf === undefined && opcert === undefined) return undefined;
  if (opcert === undefined) return "OCertNotSpecified";
  return vrf === undefined ? "VRFKeyNotSpecified" : "KESKeyNotSpecified";
}

function isMisbehaviour(name: string): name is Misbehaviour {
  return (MISBEHAVIOURS as readonly string[]).includes(name);
}
