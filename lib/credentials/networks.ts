// Owns the genesis facts of the public networks: which slot and KES period an instant lies in.
// Never guesses for a network whose genesis it does not know.

import { type WallTime, wallTime } from "../core/time.ts";

interface Genesis {
  /**
   * Unix second at which slot 0 would lie had all slots lasted one second. It differs from the
   * system start where a Byron era with slots of 20 s came first.
   */
  readonly slotZeroSecond: number;
}

/** The three have slots of 1 s, and 129600 of them (36 h) in a KES period. */
const GENESIS: Readonly<Record<string, Genesis>> = {
  mainnet: { slotZeroSecond: 1_591_566_291 },
  preprod: { slotZeroSecond: 1_655_683_200 },
  preview: { slotZeroSecond: 1_666_656_000 },
};

export const SLOTS_PER_KES_PERIOD = 129_600;

/** Slot at `at`; undefined on a custom network. Right from the Shelley era on, as far as any key is used. */
export function slotAt(network: string, at: WallTime): number | undefined {
  const genesis = genesisOf(network);
  return genesis && Math.floor(at / 1000) - genesis.slotZeroSecond;
}

/** KES period at `at`; undefined on a custom network. */
export function kesPeriodAt(network: string, at: WallTime): number | undefined {
  const slot = slotAt(network, at);
  return slot === undefined ? undefined : Math.floor(slot / SLOTS_PER_KES_PERIOD);
}

/** First instant of a KES period, which for a certificate's end is its expiry; undefined on a custom network. */
export function kesPeriodBegin(network: string, kesPeriod: number): WallTime | undefined {
  const genesis = genesisOf(network);
  return genesis && wallTime((genesis.slotZeroSecond + kesPeriod * SLOTS_PER_KES_PERIOD) * 1000);
}

function genesisOf(network: string): Genesis | undefined {
  return Object.hasOwn(GENESIS, network) ? GENESIS[network] : undefined;
}
