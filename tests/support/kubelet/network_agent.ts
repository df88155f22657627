// Owns what happens inside a pod's network: the way to the API server, and the kubelet's probes.
// Never run by itself: `pod_network.ts` starts it there, and it ends with its standard input.

import { splitLines } from "../lines.ts";

export interface ProbeRequest {
  readonly id: number;
  readonly url: string;
  readonly timeoutMs: number;
}

export interface ProbeAnswer {
  readonly id: number;
  readonly isOk: boolean;
  readonly note: string;
}

/** Takes connections at the address of the API server's Service to it, whose socket is a file here. */
async function forward(host: string, port: number, socketPath: string): Promise<void> {
  for await (const client of Deno.listen({ hostname: host, port })) {
    try {
      const server = await Deno.connect({ transport: "unix", path: socketPath });
      client.readable.pipeTo(server.writable).catch(() => {}); // either end closed: both are done
      server.readable.pipeTo(client.writable).catch(() => {});
    } catch {
      client.close(); // as a server that is not there
    }
  }
}

async function probe({ id, url, timeoutMs }: ProbeRequest): Promise<ProbeAnswer> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    const text = (await response.text()).slice(0, 200);
    // As the kubelet judges: https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/
    const isOk = response.status >= 200 && response.status < 400;
    return { id, isOk, note: `HTTP ${response.status} ${text}` };
  } catch (error) {
    return { id, isOk: false, note: String(error) };
  }
}

if (import.meta.main) {
  const [host = "", port = "", socketPath = ""] = Deno.args;
  void forward(host, Number(port), socketPath);
  console.log("up");
  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(
    splitLines({ unfinished: "drop" }),
  );
  for await (const line of lines) {
    void probe(JSON.parse(line)).then((answer) => console.log(JSON.stringify(answer)));
  }
  Deno.exit(0);
}
