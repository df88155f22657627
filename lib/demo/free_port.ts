// Owns the choice of ports for servers that are started here, and started again.
// Never holds one: it is free when asked, and below the range that the kernel gives out.

/**
 * Below the range for outgoing connections (32768 and up on Linux), so that nobody takes the port while
 * the server restarts.
 */
export function freePort(): number {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error("Cannot find a free port between 20000 and 32000 in 100 attempts");
}
