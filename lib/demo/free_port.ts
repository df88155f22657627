// Owns the choice of ports for servers that are started here, and started again.
// Never gives one that it gave a moment ago, or that another process of ours may have given.

/** Below the range for outgoing connections (32768 and up on Linux). */
const FIRST = 20_000;
const STRETCH = 1_000;
const STRETCHES = 12;

/**
 * Whoever listens on the first port of a stretch owns the others: also those whose servers are yet to
 * start, or are starting again, and which nobody can tell from free ones. Claimed when this is loaded,
 * and not by the first that asks, since it stays claimed until the process ends.
 */
const claim = claimStretch();
let latest = 0;

/** The next port of our stretch that is free, so that the latest ones are not given once more. */
export function freePort(): number {
  for (let attempt = 1; attempt < STRETCH; attempt++) {
    latest = latest % (STRETCH - 1) + 1;
    const port = claim.first + latest;
    const listener = tryListen(port);
    if (listener === undefined) continue;
    listener.close();
    return port;
  }
  throw new Error(`Cannot find a free port among the ${STRETCH} from ${claim.first}`);
}

function claimStretch(): { readonly first: number; readonly door: Deno.TcpListener } {
  for (let first = FIRST; first < FIRST + STRETCHES * STRETCH; first += STRETCH) {
    const door = tryListen(first);
    if (door !== undefined) return { first, door };
  }
  const last = FIRST + (STRETCHES - 1) * STRETCH;
  throw new Error(
    `Cannot claim ports: something listens on each of ${FIRST}, ${FIRST + STRETCH}, …, ${last}`,
  );
}

function tryListen(port: number): Deno.TcpListener | undefined {
  try {
    return Deno.listen({ hostname: "127.0.0.1", port });
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return undefined;
    throw error;
  }
}
