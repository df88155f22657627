// Owns the question whether the node's socket accepts a connection.
// Never speaks the node's protocol, and leaves no connection open.

/** Only "accepts" means that the node is up: a dead node leaves its socket file behind. */
export type SocketAnswer =
  | "accepts"
  | "refuses"
  | "absent"
  | "denied"
  | "timed_out"
  /** Not a socket path at all: too long, or a part of it is a file. */
  | "unusable";

/** Connects and closes at once. Deno takes no signal here, so a late connection is closed when it comes. */
export async function socketAccepts(
  path: string,
  { timeoutMs }: { readonly timeoutMs: number },
): Promise<SocketAnswer> {
  const late = Promise.withResolvers<"timed_out">();
  const timer = setTimeout(() => late.resolve("timed_out"), timeoutMs);
  try {
    return await Promise.race([connectOnce(path), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function connectOnce(path: string): Promise<SocketAnswer> {
  try {
    const connection = await Deno.connect({ transport: "unix", path });
    connection.close();
    return "accepts";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "absent";
    if (error instanceof Deno.errors.ConnectionRefused) return "refuses";
    if (error instanceof Deno.errors.PermissionDenied) return "denied";
    // A full queue of a node that does not accept: EAGAIN.
    if (error instanceof Deno.errors.WouldBlock) return "refuses";
    return "unusable";
  }
}
