// Owns who we are: network, pool, and the names of the objects that follow from them.
// Never decides by a name which pool it is: the certificate does, and is compared later.

import { wallTime } from "../core/time.ts";
import { type Genesis, genesisOf } from "../credentials/networks.ts";
import { parsePoolId } from "../credentials/pool_id.ts";
import type { SettingReader } from "./reader.ts";

const MAGIC_BY_NETWORK: ReadonlyMap<string, number> = new Map([
  ["mainnet", 764_824_073],
  ["preprod", 1],
  ["preview", 2],
]);
const LEGACY_LEASE_NAME = "cardano-node-leader";

export interface Network {
  readonly name: string;
  readonly magic: number;
  /** Undefined of a custom network without GENESIS_START: nobody knows its KES period then. */
  readonly genesis: Genesis | undefined;
}

export interface Pool {
  readonly id: string | undefined;
  readonly idHex: string | undefined;
  readonly name: string | undefined;
  readonly ticker: string | undefined;
}

export function readNetwork(reader: SettingReader): Network {
  const name = reader.text("CARDANO_NETWORK") ?? "";
  const known = MAGIC_BY_NETWORK.get(name);
  const given = reader.optionalNumber("NETWORK_MAGIC");
  if (reader.allWell("CARDANO_NETWORK", "NETWORK_MAGIC")) {
    if (known === undefined && given === undefined) {
      reader.problem(
        "NETWORK_MAGIC",
        `the magic number of "${name}", which is not a known network`,
      );
    } else if (known !== undefined && given !== undefined && given !== known) {
      reader.problem("NETWORK_MAGIC", `${known}, the magic number of ${name}; or leave it out`);
    }
  }
  if (known !== undefined) reader.derive("NETWORK_MAGIC", String(known));
  return { name, magic: given ?? known ?? 0, genesis: readGenesis(reader, name) };
}

function readGenesis(reader: SettingReader, network: string): Genesis | undefined {
  const start = reader.optionalNumber("GENESIS_START");
  const periods = {
    slotsPerKesPeriod: reader.number("SLOTS_PER_KES_PERIOD"),
    maxKesEvolutions: reader.number("MAX_KES_EVOLUTIONS"),
  };
  const names = ["SLOTS_PER_KES_PERIOD", "MAX_KES_EVOLUTIONS"] as const;
  if (!reader.allWell("CARDANO_NETWORK", "GENESIS_START", ...names)) return undefined;
  const known = genesisOf(network);
  if (known === undefined) {
    if (start !== undefined) return { slotZeroAt: wallTime(start), ...periods };
    const alone = names.find((one) => reader.given(one) !== undefined);
    if (alone === undefined) return undefined;
    reader.problem("GENESIS_START", `set, since ${alone} alone tells no KES period`);
    return undefined;
  }
  const second = known.slotZeroAt / 1_000;
  reader.derive("GENESIS_START", String(second));
  if (start !== undefined && start !== known.slotZeroAt) {
    reader.problem("GENESIS_START", `${second}, which is ${network}'s; or leave it out`);
  }
  const { slotsPerKesPeriod, maxKesEvolutions } = known;
  if (periods.slotsPerKesPeriod !== slotsPerKesPeriod) {
    reader.problem(names[0], `${slotsPerKesPeriod}, which is ${network}'s; or leave it out`);
  }
  if (periods.maxKesEvolutions !== maxKesEvolutions) {
    reader.problem(names[1], `${maxKesEvolutions}, which is ${network}'s; or leave it out`);
  }
  return known;
}

export function readPool(reader: SettingReader): Pool {
  const id = reader.text("POOL_ID");
  const idHex = reader.text("POOL_ID_HEX")?.toLowerCase();
  const pool = { id, idHex, name: reader.text("POOL_NAME"), ticker: reader.text("POOL_TICKER") };
  if (id === undefined) return pool;
  const parsed = parsePoolId(id);
  if (parsed.kind === "bech32") {
    if (idHex !== undefined && idHex !== parsed.hex) {
      reader.problem("POOL_ID_HEX", `${parsed.hex}, which is POOL_ID in hexadecimal`);
    }
    return { ...pool, idHex: parsed.hex };
  }
  if (parsed.kind === "bad_checksum") {
    reader.problem("POOL_ID", "a pool id without a typing error: this one's checksum is wrong");
  } else {
    reader.warnings.push({
      name: "POOL_ID",
      message: "not a full pool id (pool1 and 51 characters), so it is a name that nothing checks",
    });
  }
  return pool;
}

export interface Names {
  readonly lease: string;
  readonly previousLeases: readonly string[];
  readonly leaderResource: string;
}

export function readNames(reader: SettingReader, network: Network): Names {
  const poolId = reader.text("POOL_ID");
  const leaseDefault = poolId === undefined
    ? LEGACY_LEASE_NAME
    : `cardano-leader-${network.name}-${poolShort(poolId)}`;
  const lease = reader.text("LEASE_NAME") ?? reader.derive("LEASE_NAME", leaseDefault);
  const previous = reader.names("PREVIOUS_LEASE_NAMES") ??
    (reader.given("PREVIOUS_LEASE_NAMES") === undefined ? [LEGACY_LEASE_NAME] : []);
  const previousLeases = previous.filter((name) => name !== lease);
  reader.derive("PREVIOUS_LEASE_NAMES", previousLeases.join(","));
  const resourceDefault = poolId === undefined ? "cardano-leader" : lease;
  const leaderResource = reader.text("CRD_NAME") ?? reader.derive("CRD_NAME", resourceDefault);
  return { lease, previousLeases, leaderResource };
}

/** The part of a pool's id that names carry, fit for a Kubernetes name. */
export function poolShort(poolId: string): string {
  const short = poolId.startsWith("pool1") ? poolId.slice(0, 10) : poolId.slice(0, 8);
  return short.toLowerCase().replaceAll(/[^a-z0-9]/g, "-").replace(/-+$/, "");
}
