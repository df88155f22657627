// Owns taking processor time away: from some processes by a cgroup, from all by burners.
// Never leaves a limit or a burner behind.

/** The cpu controller of cgroup v1, whose quota needs no delegation. */
const CPU = "/sys/fs/cgroup/cpu";
const PERIOD_US = 100_000;
const PREFIX = "forge-chaos-";
const BURNERS_PER_CORE = 2;

/** Whether this machine lets us. */
export function canLimitProcessor(): boolean {
  const folder = `${CPU}/${PREFIX}try-${Deno.pid}`;
  try {
    Deno.statSync(`${CPU}/cgroup.procs`);
    Deno.mkdirSync(folder);
    Deno.writeTextFileSync(`${folder}/cpu.cfs_quota_us`, "-1");
    return true;
  } catch {
    return false; // another version of cgroups, or no right to it
  } finally {
    remove(folder);
  }
}

/** Gives these processes together that share of one core, until the answer is called. */
export function limitProcessor(
  name: string,
  { pids, share }: { readonly pids: readonly number[]; readonly share: number },
): () => void {
  const folder = `${CPU}/${PREFIX}${name}`;
  Deno.mkdirSync(folder, { recursive: true });
  Deno.writeTextFileSync(`${folder}/cpu.cfs_period_us`, String(PERIOD_US));
  const quota = Math.max(1_000, Math.round(share * PERIOD_US));
  Deno.writeTextFileSync(`${folder}/cpu.cfs_quota_us`, String(quota));
  for (const pid of pids) move(pid, folder);
  return () => {
    for (const pid of Deno.readTextFileSync(`${folder}/cgroup.procs`).trim().split("\n")) {
      if (pid !== "") move(Number(pid), ownFolder());
    }
    remove(folder);
  };
}

/** Ends by itself, also when this process does not live to end it. */
export function burnProcessors(durationMs: number): () => Promise<void> {
  const command = new Deno.Command("nice", {
    args: ["-n", "5", "timeout", `${durationMs / 1_000}s`, "sh", "-c", "while :; do :; done"],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
  const count = navigator.hardwareConcurrency * BURNERS_PER_CORE;
  const burners = Array.from({ length: count }, () => command.spawn());
  return async () => {
    for (const burner of burners) {
      try {
        burner.kill("SIGTERM");
      } catch {
        // Ended already, by its own time.
      }
    }
    await Promise.all(burners.map(({ status }) => status));
  };
}

function move(pid: number, folder: string): void {
  try {
    Deno.writeTextFileSync(`${folder}/cgroup.procs`, String(pid));
  } catch (error) {
    // ESRCH: it ended meanwhile.
    if (!(error instanceof Error) || !/os error 3/.test(error.message)) throw error;
  }
}

/** Where this process is, and its children began. */
function ownFolder(): string {
  const lines = Deno.readTextFileSync("/proc/self/cgroup").split("\n");
  const line = lines.find((one) => one.split(":")[1]?.split(",").includes("cpu"));
  return `${CPU}${line?.split(":")[2] ?? "/"}`;
}

function remove(folder: string): void {
  try {
    Deno.removeSync(folder);
  } catch (error) {
    // A killed process leaves its cgroup a moment after it ended.
    if (!(error instanceof Deno.errors.NotFound)) {
      console.error(`Cannot remove ${folder}: ${error}`);
    }
  }
}
