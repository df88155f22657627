// Owns the genesis facts of the public networks, and which slot and KES period an instant lies in.
// Never guesses for a network whose genesis it does not know.

import { type WallTime, wallTime } from "../core/time.ts";

/** What of a network's two genesis files the arithmetic of slots needs. Slots last one second. */
export interface Genesis {
  /**
   * When slot 0 would lie had all slots lasted one second. It differs from the system start where a
   * Byron era with slots of 20 s came first.
   */
  readonly slotZeroAt: WallTime;
  /** `slotsPerKESPeriod`. */
  readonly slotsPerKesPeriod: number;
  /**
   * `maxKESEvolutions`: for so many periods a certificate holds. The node refuses a genesis with more
   * than the 64 periods of a key of depth 6 (cardano-ledger's MaxKESEvolutionsUnsupported).
   */
  readonly maxKesEvolutions: number;
}

/** Of all public networks: 36 hours. */
const SLOTS_PER_KES_PERIOD = 129_600;
/** Of all public networks, and taken for that of a network whose genesis is unknown. */
const MAX_KES_EVOLUTIONS = 62;

const GENESIS: Readonly<Record<string, Genesis>> = {
  mainnet: publicNetwork(1_591_566_291),
  preprod: publicNetwork(1_655_683_200),
  preview: publicNetwork(1_666_656_000),
};

/** Undefined of a custom network. */
export function genesisOf(network: string): Genesis | undefined {
  return Object.hasOwn(GENESIS, network) ? GENESIS[network] : undefined;
}

/** Right from the Shelley era on, as far as any key is used; negative before slot 0. */
export function slotAt({ slotZeroAt }: Genesis, at: WallTime): number {
  return Math.floor((at - slotZeroAt) / 1000);
}

export function kesPeriodAt(genesis: Genesis, at: WallTime): number {
  return Math.floor(slotAt(genesis, at) / genesis.slotsPerKesPeriod);
}

/** First instant of a KES period, which for a certificate's end is its expiry. */
export function kesPeriodBegin(
  { slotZeroAt, slotsPerKesPeriod }: Genesis,
  kesPeriod: number,
): WallTime {
  return wallTime(slotZeroAt + kesPeriod * slotsPerKesPeriod * 1000);
}

/** First period in which a certificate that starts in `kesPeriodStart` is over. */
export function kesPeriodEnd(genesis: Genesis | undefined, kesPeriodStart: number): number {
  return kesPeriodStart + (genesis?.maxKesEvolutions ?? MAX_KES_EVOLUTIONS);
}

function publicNetwork(slotZeroSecond: number): Genesis {
  return {
    slotZeroAt: wallTime(slotZeroSecond * 1000),
    slotsPerKesPeriod: SLOTS_PER_KES_PERIOD,
    maxKesEvolutions: MAX_KES_EVOLUTIONS,
  };
}
