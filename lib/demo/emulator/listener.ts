// Owns one extra address of the emulator, whose network can be broken at run time.
// Never looks into the bytes: it breaks connections as a network does, not as a server does.

/**
 * `refuse`: connections are refused, and those that exist are cut. `hang`: accepted, never
 * answered, and existing ones go silent; when it ends, what was held back arrives late, as after
 * a real black hole. `half-open`: the same of answers alone, so that what is asked is done, and
 * nobody hears of it. `slowMs`: each piece of a request arrives so much later.
 */
export type NetworkMode = "ok" | "refuse" | "hang" | "half-open" | { readonly slowMs: number };

export interface NetworkListener {
  readonly url: string;
  readonly mode: NetworkMode;
  setMode(mode: NetworkMode): void;
  /** Ends every connection; new ones are as the mode says. */
  cut(): void;
  stop(): void;
}

export interface ListenerOptions {
  readonly upstreamPort: number;
  /** Tells the local port of each connection to the emulator, by which its requests are known. */
  readonly onConnect: (upstreamLocalPort: number) => void;
}

export function listenBroken({ upstreamPort, onConnect }: ListenerOptions): NetworkListener {
  const hostname = "127.0.0.1";
  let mode: NetworkMode = "ok";
  let listener: Deno.TcpListener | undefined = Deno.listen({ hostname, port: 0 });
  const { port } = listener.addr;
  const connections = new Set<Deno.TcpConn>();
  let modeChanged = Promise.withResolvers<void>();

  const close = (connection: Deno.TcpConn) => {
    if (!connections.delete(connection)) return;
    connection.close();
  };
  const cutAll = () => [...connections].forEach(close);

  const isHanging = (direction: "request" | "answer") =>
    mode === "hang" || mode === "half-open" && direction === "answer";

  /** Waits while the network hangs, and as long as it is slow; a change of mode ends either. */
  async function pass(direction: "request" | "answer"): Promise<void> {
    while (isHanging(direction)) await modeChanged.promise;
    if (typeof mode !== "object" || direction === "answer") return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, mode.slowMs);
    await Promise.race([promise, modeChanged.promise]);
    clearTimeout(timer);
    if (isHanging(direction)) await pass(direction);
  }

  async function pump(
    from: Deno.TcpConn,
    to: Deno.TcpConn,
    direction: "request" | "answer",
  ): Promise<void> {
    const buffer = new Uint8Array(65_536);
    try {
      while (true) {
        const count = await from.read(buffer);
        await pass(direction);
        if (count === null) break;
        let rest = buffer.subarray(0, count);
        while (rest.length > 0) rest = rest.subarray(await to.write(rest));
      }
    } catch {
      // Either end was closed, by us or by its owner: the other follows.
    }
    close(from);
    close(to);
  }

  async function connect(client: Deno.TcpConn): Promise<void> {
    connections.add(client);
    while (isHanging("request")) await modeChanged.promise;
    if (!connections.has(client)) return;
    try {
      const server = await Deno.connect({ hostname, port: upstreamPort });
      connections.add(server);
      if (!connections.has(client)) return close(server);
      for (const connection of [client, server]) connection.setNoDelay(true);
      onConnect(server.localAddr.port);
      pump(client, server, "request");
      pump(server, client, "answer");
    } catch {
      // The emulator is stopped: nobody answers.
      close(client);
    }
  }

  async function accept(from: Deno.TcpListener): Promise<void> {
    // Ends when the listener is closed.
    for await (const client of from) connect(client);
  }
  accept(listener);

  return {
    url: `http://${hostname}:${port}`,
    get mode() {
      return mode;
    },
    setMode(next) {
      mode = next;
      if (next === "refuse") {
        listener?.close();
        listener = undefined;
        cutAll();
      } else if (listener === undefined) {
        listener = Deno.listen({ hostname, port });
        accept(listener);
      }
      modeChanged.resolve();
      modeChanged = Promise.withResolvers();
    },
    cut: cutAll,
    stop() {
      mode = "refuse";
      listener?.close();
      listener = undefined;
      cutAll();
      modeChanged.resolve();
    },
  };
}
